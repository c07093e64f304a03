"""The verbs that open English instructions, and the words around them."""

from __future__ import annotations

# Kept as running text: a list of strings would be mostly quotes.
VERBS = frozenset(
    """
    abandon abide abort abstain accept accomplish account acknowledge act adapt add address adhere
    adjust admit adopt advise aim align allow analyse analyze annotate answer anticipate apologise
    apologize append apply approach approve arrange articulate ask assemble assess assign assist
    associate assume attach attempt attribute audit avoid await backtrack balance base be become
    begin behave beware blend book boost brainstorm break bring build calculate call capitalise
    capitalize capture categorise categorize cease challenge change characterise characterize
    check choose cite clarify classify clean clear click close code collect combine come commit
    communicate compare compile complete comply compose compress compute concatenate conclude
    condense conduct confirm connect consider consolidate construct consult contain contextualise
    contextualize continue contrast contribute convert convey cook copy correct correlate count
    cover craft create criticise criticize critique customise customize deal debug decide decline
    decompose decrease deduce deduct deduplicate define delegate delete deliver demonstrate deny
    depict deploy derive describe design detail detect determine develop devise diagnose
    differentiate direct discard disclose discuss display disregard distil distill distinguish
    divide do document donate double-check draft draw drop dump earn edit elaborate elicit
    eliminate embed embody emit emphasise emphasize employ emulate enclose encourage end enforce
    engage enhance enrich ensure enter enumerate err escalate escape establish estimate evaluate
    examine exclude execute exercise expand explain explore export express extend extract fail
    favor favour feel fetch fill filter finalise finalize find finish fix flag flesh focus follow
    form format formulate frame fulfil fulfill gather generate get give go grade greet group guess
    guide halt handle help hide highlight hold honor honour identify ignore illustrate imagine
    imitate implement improve include incorporate increase indent indicate infer inform initiate
    inject insert inspect install integrate interpret introduce invent investigate invite invoke
    involve iterate judge justify keep label lead learn leave lemmatize let let's leverage limit
    link list listen load locate log look maintain make map mark match maximise maximize measure
    meet mention merge mimic mind minimise minimize mirror modify monitor move name narrate
    navigate normalise normalize note notify number obey obtain offer omit open optimise optimize
    order organise organize outline output overwrite pack paint paraphrase parse pass pause pay
    perform persist personalise personalize phone pick place plan play point polish populate pose
    predict prefer prefix prepare present preserve pretend prevent print prioritise prioritize
    proceed process produce prompt pronounce proofread propose prove provide pull push put qualify
    quantify query quote raise randomise randomize rank rate re-read re-write reach react read
    rearrange reason recall recap recognise recognize recommend reconsider record redact redirect
    reduce refactor refer refine reflect reformat reformulate refrain refuse regard regenerate
    reject relate rely remain remember remind remove rename render reorder repeat rephrase replace
    reply report represent reproduce request reread research reserve resist resolve respect
    respond restate restrict retain rethink retrieve return reuse reveal reverse review revise
    rewrite ring round run save say scan schedule score search see select send separate set share
    ship shorten show signal simplify simulate skip solicit solve sort speak specify speculate
    split stage start state stay steer stick stop store stress strip strive structure study style
    submit substitute suggest suit sum summarise summarize supply support suppose surround switch
    synthesise synthesize systematize tag tailor take talk teach tell test think tie touch trace
    track transcribe transform translate transliterate treat trim truncate trust try turn
    understand update use utilise utilize validate vary verify view visualise visualize wait walk
    warn watch weave weigh work wrap write
    """.split()
)

# As often a noun: not the start of a further clause, and not a verb before `of`, `is` or a colon.
NOUNS = frozenset(
    """
    account act address aim answer approach balance base book break call change check code comment
    contrast copy count cover design detail display document draft draw drop edit end estimate
    exercise filter fix flag focus form format frame function grade group guess guide help
    highlight hold label lead limit link list load log look map mark match measure mind name note
    number offer order outline output pack pass plan play point present process prompt query quote
    rank rate reason record report request research result return review ring round run scan
    schedule score search set share show signal sort split stage start state stop store stress
    structure study style sum summary support tag talk test touch trace track transform trust turn
    update use view visit walk watch work
    """.split()
)

SOFTENERS = frozenset(
    """
    please then also always finally note next first firstly second secondly third thirdly last
    lastly now important remember so and but or instead otherwise additionally furthermore moreover
    kindly just simply step tip warning critical reminder caution again once afterwards ok okay hint
    """.split()
)

# Ends in -ly and is no adverb, or an adverb that says more than how.
NOT_MANNER = frozenset("apply comply family imply multiply only rely reply supply".split())

# What goes on after a verb that starts one more clause: an article, a pronoun, `to`.
OBJECTS = frozenset(
    """
    a an the this that these those it its them him her his your their our my me us any all each
    every both one no only to so yourself everything anything nothing whether what how why which
    """.split()
)
