// A link to something folded unfolds it.
{
  const reveal = () => {
    const one = document.getElementById(location.hash.slice(1));
    if (one?.tagName === "DETAILS") one.open = true;
  };
  addEventListener("hashchange", reveal);
  for (const link of document.querySelectorAll('a[href^="#"]')) link.addEventListener("click", () => setTimeout(reveal));
  reveal();
}
