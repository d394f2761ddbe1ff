use super::super::shape::Shape::{Count, List, Object, Text};
use super::super::shape::{Member, Shape, always, maybe};

const TIMES: Shape = Object(&[
    always("total", Count, "All together, in seconds."),
    always("mean", Count, "The mean."),
    always("median", Count, "What a half took at most."),
    always("p90", Count, "What nine in ten took at most."),
    always("longest", Count, "The longest."),
]);
const IN_CASES: Member = always("cases", Count, "In how many cases.");
const WAIT: Shape = Object(&[
    maybe("step", Text, "The step; null for all of an office."),
    maybe("office", Text, "The office; null for all."),
    IN_CASES,
    always("waited", TIMES, "How long was waited for it."),
]);

/// A map in figures.
pub const MAP: &[Member] = &[
    always("procedure", Text, "The procedure."),
    always("cases", Count, "How many cases it is of."),
    always("all", Count, "How many there are without the filter."),
    always("ways", Count, "In how many different ways they went."),
    always("left_out", Count, "How many closed cases are not kept for maps any more."),
    always(
        "edges",
        List(&Object(&[
            always("from", Text, "A step."),
            always("to", Text, "The one right after it."),
            always("count", Count, "How often."),
            IN_CASES,
            always("times", TIMES, "How long from one to the other."),
            always("not_allowed", Count, "How often the procedure does not allow it."),
        ])),
        "What followed what: the edges that the drawing has.",
    ),
    always("steps", List(&WAIT), "Where cases wait, by step, the most first."),
    always("offices", List(&WAIT), "The same by office."),
    always(
        "again",
        List(&Object(&[
            always("step", Text, "The step."),
            IN_CASES,
            always("times", Count, "How often again."),
            always("seconds", Count, "From the first time to the last, all cases together."),
        ])),
        "What is done again.",
    ),
    maybe("fitness", Count, "How far the cases agree with the procedure, in ten-thousandths."),
    maybe("fitting", Count, "How many agree in everything."),
];
