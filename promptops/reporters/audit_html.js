// Adds up what calls are made of, by one thing at a time. Texts are only ever text.
{
  const data = JSON.parse(document.getElementById("cube").textContent);
  const { unit, dims, nouns, names, kinds, rows } = data;
  const form = document.getElementById("closer-form");
  const section = form.closest("section");
  const path = section.querySelector("nav.path");
  const place = document.getElementById("closer-table");
  const said = form.querySelector("output");
  const back = form.querySelector("button");
  const { by: choice, kind: chosen } = form.elements;
  const STEP = dims.length - 1, SHOWN = 200;
  const [CALLS, TOLD, PRICED, HITS, USD, PROMPT, READ, OUTPUT, GOOD] = [...Array(9).keys()].map((n) => n + dims.length);
  const WIDTH = dims.length + 8 + kinds.length;

  const make = (tag, attributes, ...children) => {
    const one = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes)) one.setAttribute(key, value);
    one.append(...children);
    return one;
  };
  const drawn = (part) => {
    const space = "http://www.w3.org/2000/svg";
    const [svg, rect] = [document.createElementNS(space, "svg"), document.createElementNS(space, "rect")];
    for (const [key, value] of [["viewBox", "0 0 1000 10"], ["preserveAspectRatio", "none"], ["aria-hidden", "true"]]) svg.setAttribute(key, value);
    for (const [key, value] of [["width", (part * 1000).toFixed(1)], ["height", "10"], ["class", "portion"]]) rect.setAttribute(key, value);
    svg.append(rect);
    return svg;
  };
  const count = (number) => number.toLocaleString("en");
  // Whole dollars from $100, cents from $1, three digits below: as the rest of the page has it.
  const dollars = (amount) => {
    const usd = amount / unit;
    if (usd >= 99.995) return `$${Math.round(usd).toLocaleString("en")}`;
    if (usd >= 1 || !usd) return `$${usd.toFixed(2)}`;
    return `$${usd.toFixed(2 - Math.floor(Math.log10(usd)))}`;
  };
  const share = (part) => `${(100 * part).toFixed(1)}%`;
  const named = (dim, at) => names[dim][at] ?? "(not told)";

  let filters = new Map(), by = 0, order = null;
  const fits = (row) => [...filters].every(([dim, at]) => row[dim] === at);
  const summed = (some) => {
    const total = Array(WIDTH).fill(0);
    for (const row of some) for (let at = CALLS; at < WIDTH; at++) total[at] += row[at];
    return total;
  };
  const whole = summed(rows);

  // What is looked at stands in the address, so that going back goes back.
  const written = () => {
    const found = new URLSearchParams({ by: dims[by] });
    for (const [dim, at] of filters) found.append(dims[dim], names[dim][at] ?? "");
    return `#closer?${found}`;
  };
  const read = () => {
    const found = new URLSearchParams(location.hash.startsWith("#closer?") ? location.hash.slice(8) : "");
    filters = new Map();
    for (const [name, value] of found) {
      const dim = dims.indexOf(name);
      if (dim < 0) continue;
      const at = names[dim].findIndex((one) => (one ?? "") === value);
      if (at >= 0) filters.set(dim, at);
    }
    by = Math.max(0, dims.indexOf(found.get("by")));
  };
  const go = (next, way) => {
    filters = next;
    by = way;
    history.pushState(null, "", written());
    draw();
  };
  const closer = (at) => {
    const next = new Map(filters).set(by, at);
    const left = rows.filter((row) => [...next].every(([dim, of]) => row[dim] === of));
    const varies = (dim) => !next.has(dim) && left.some((row) => row[dim] !== left[0][dim]);
    const way = [...dims.keys()].filter((dim) => dim > by).find(varies) ?? [...dims.keys()].find(varies) ?? STEP;
    go(next, way);
  };

  const columns = () => {
    const good = GOOD + Number(chosen?.value ?? 0);
    const kind = kinds[good - GOOD];
    return [
      ["Cost", (sum) => sum[PRICED] ? sum[USD] : null, dollars, ""],
      ["Share", (sum) => sum[PRICED] && whole[USD] ? sum[USD] / whole[USD] : null, share, "share"],
      ["Calls", (sum) => sum[CALLS], count, ""],
      ["A call", (sum) => sum[PRICED] ? sum[USD] / sum[PRICED] : null, dollars, kinds.length ? "slim" : ""],
      ["Hits", (sum) => sum[TOLD] ? sum[HITS] / sum[TOLD] : null, share, "mid"],
      ["Output a call", (sum) => sum[TOLD] ? sum[OUTPUT] / sum[TOLD] : null, (tokens) => count(Math.round(tokens)), "mid"],
      ...(kind === undefined ? [] : [
        [`Good, ${kind}`, (sum) => sum[good], count, "mid"],
        ["Each", (sum) => sum[good] && sum[PRICED] ? sum[USD] / sum[good] : null, dollars, ""],
      ]),
    ];
  };
  const sorted = (groups, wanted) => {
    const usual = by === STEP ? { at: -1, up: true } : { at: 0, up: false };
    const { at, up } = order ?? usual;
    const value = ([key, sum]) => at < 0 ? (by === STEP ? key : named(by, key).toLowerCase()) : wanted[at][1](sum);
    const keys = new Map(groups.map((one) => [one, value(one)]));
    return groups.sort((one, other) => {
      const [a, b] = [keys.get(one), keys.get(other)];
      if (a === b) return 0;
      if (a === null || b === null) return a === null ? 1 : -1; // the unknown comes last
      return a < b === up ? -1 : 1;
    });
  };
  const header = (title, at, kind) => {
    const button = make("button", { type: "button", "data-column": at }, title);
    button.addEventListener("click", () => {
      order = { at, up: order?.at === at ? !order.up : at < 0 };
      draw();
      place.querySelector(`button[data-column="${at}"]`).focus();
    });
    const head = make("th", { scope: "col", class: kind }, button);
    if (order?.at === at) head.setAttribute("aria-sort", order.up ? "ascending" : "descending");
    return head;
  };
  const line = ([at, sum], wanted) => {
    const button = make("button", { type: "button" }, named(by, at));
    button.addEventListener("click", () => { closer(at); place.querySelector("tbody button")?.focus(); });
    const cells = wanted.map(([title, value, show, kind]) => {
      const known = value(sum);
      const cell = make("td", { class: kind === "share" ? kind : `n ${kind}`.trim() });
      if (known === null) cell.append(title === "Each" ? "-" : "unknown");
      else cell.append(...(kind === "share" ? [drawn(known)] : []), make("span", {}, show(known)));
      return cell;
    });
    return make("tr", {}, make("th", { scope: "row" }, button), ...cells);
  };
  const draw = () => {
    const left = rows.filter(fits), groups = new Map();
    for (const row of left) {
      if (!groups.has(row[by])) groups.set(row[by], []);
      groups.get(row[by]).push(row);
    }
    const wanted = columns();
    const every = sorted([...groups].map(([at, some]) => [at, summed(some)]), wanted);
    const heads = [header(nouns[by][0].toUpperCase() + nouns[by].slice(1), -1, ""),
      ...wanted.map(([title, , , kind], at) => header(title, at, kind === "share" ? kind : `n ${kind}`.trim()))];
    const table = make("table", { class: "listed" },
      make("caption", {}, `Cost by ${nouns[by]}`),
      make("thead", {}, make("tr", {}, ...heads)),
      make("tbody", {}, ...every.slice(0, SHOWN).map((one) => line(one, wanted))));
    const more = every.length > SHOWN ? [make("p", { class: "soft" }, `and ${count(every.length - SHOWN)} more`)] : [];
    place.replaceChildren(table, ...more);
    choice.value = dims[by];
    for (const option of choice.options) option.disabled = filters.has(dims.indexOf(option.value));
    steps();
    const total = summed(left);
    const part = whole[USD] && filters.size ? `, ${share(total[USD] / whole[USD])} of all` : "";
    const cost = total[PRICED] ? dollars(total[USD]) : "unknown cost";
    said.textContent = `${cost} of ${count(total[CALLS])} calls${part}; ${count(every.length)} shown by ${nouns[by]}`;
    back.disabled = !filters.size;
  };
  const steps = () => {
    const items = [["All calls", new Map(), 0]], some = new Map();
    for (const [dim, at] of filters) {
      some.set(dim, at);
      items.push([`${nouns[dim]}: ${named(dim, at)}`, new Map(some), null]);
    }
    path.firstChild.replaceChildren(...items.map(([told, until, way], at) => {
      if (at === items.length - 1) return make("li", {}, make("span", { "aria-current": "true" }, told));
      const button = make("button", { type: "button" }, told);
      button.addEventListener("click", () => { go(until, way ?? [...filters.keys()][at]); place.querySelector("tbody button")?.focus(); });
      return make("li", {}, button);
    }));
    path.hidden = !filters.size;
  };

  choice.addEventListener("change", () => { order = null; go(filters, dims.indexOf(choice.value)); });
  chosen?.addEventListener("change", draw);
  form.addEventListener("submit", (event) => event.preventDefault());
  back.addEventListener("click", () => {
    const next = new Map([...filters].slice(0, -1)), last = [...filters.keys()].at(-1);
    order = null;
    go(next, last ?? 0);
    if (back.disabled) choice.focus(); // a button that can do nothing keeps no focus
  });
  addEventListener("popstate", () => { read(); draw(); });
  section.querySelector(".scriptless").hidden = true;
  form.hidden = false;
  read();
  draw();
  if (location.hash.startsWith("#closer?")) section.scrollIntoView();
}
