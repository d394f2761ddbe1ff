//! What the police do of their own duty in the demonstration: chains from a call to the property that is given back, each
//! case with its clocks.

use super::scenes::Reach::{self, Ended, Late, Open, Soon};
use super::scenes::{Pace, Scene, Then};
use pack::model::Channel;
use std::ops::RangeInclusive;

/// Cases that hang together.
pub struct Story {
    pub when: When,
    pub scenes: &'static [Scene],
}

/// When a story begins.
pub enum When {
    /// So many days ago, the first that fits, at this hour and minute.
    Days(RangeInclusive<i64>, (i8, i8)),
    /// So many minutes ago.
    Minutes(i64),
}

type Steps = &'static [(&'static str, &'static str, i64)];

const fn duty(
    label: &'static str,
    procedure: &'static str,
    office: &'static str,
    begins: i64,
    steps: Steps,
    reach: Reach,
) -> Scene {
    Scene {
        label,
        procedure,
        office,
        channel: Channel::Window,
        party: None,
        told: &[],
        ways: &[],
        why: "情况已经核实，记录在卷。",
        pace: Pace::Told(begins, steps),
        reach,
        then: Then::Nothing,
        missed: false,
    }
}

const fn missed(mut scene: Scene) -> Scene {
    scene.missed = true;
    scene
}

const EAST: &str = "east-branch";
const LAKE: &str = "lake-station";
const BRIDGE: &str = "bridge-station";
/// Minutes of a day.
const DAY: i64 = 1_440;

/// A call that a unit answers. `^1` is the moment one minute after the story began, `#call` its case of that label.
const fn call(steps: Steps, reach: Reach, what: &'static [(&'static str, &'static str)]) -> Scene {
    duty("call", "call", EAST, 0, steps, reach).told(what)
}

const THEFT: &[(&str, &str)] = &[
    ("received-at", "^0"),
    ("way", "phone"),
    ("what", "public-order"),
    ("place", "东城区南湖街18号楼下"),
    ("going-on", "no"),
    ("brief", "自行车刚刚被人骑走，失主看见了方向。"),
    ("response", "response:#response"),
    ("result", "已追回车辆，带回嫌疑人"),
];
const BRAWL: &[(&str, &str)] = &[
    ("received-at", "^0"),
    ("way", "phone"),
    ("what", "public-order"),
    ("place", "东城区石桥路夜市"),
    ("going-on", "yes"),
    ("hurt", "yes"),
    ("ambulance", "yes"),
    ("brief", "两伙人在夜市打架，有人受伤。"),
    ("response", "response:#response"),
    ("result", "已控制现场，伤者送医"),
];
const NOISE: &[(&str, &str)] = &[
    ("received-at", "^0"),
    ("way", "text"),
    ("what", "dispute"),
    ("place", "东城区南湖街7号"),
    ("going-on", "yes"),
    ("brief", "楼上深夜装修，多次劝说无效。"),
    ("response", "response:#response"),
    ("result", "已劝止"),
];
const CHILD: &[(&str, &str)] = &[
    ("received-at", "^0"),
    ("way", "phone"),
    ("what", "help"),
    ("place", "东城区人民公园南门"),
    ("going-on", "yes"),
    ("brief", "孩子走失，报警人随后电话告知已经找到。"),
    ("wants-answer", "no"),
];
const ANSWERED: &[(&str, &str)] = &[
    ("source", "call"),
    ("incident", "incident:#call"),
    ("dispatched-at", "^1"),
    ("place", "见警情"),
    ("footage", "footage:#footage"),
];
const RECORDED: &[(&str, &str)] = &[
    ("response", "response:#response"),
    ("recorded-from", "^6"),
    ("recorded-to", "^44"),
    ("seconds", "2280"),
    ("parts", "no"),
];
const REPORTED: &[(&str, &str)] = &[
    ("source", "report"),
    ("reported-at", "^0"),
    ("response", "response:#response"),
    ("happened-on", "^0"),
    ("has-victim", "yes"),
];
const OF_THEFT: &[(&str, &str)] = &[
    ("source", "report"),
    ("reported-at", "^0"),
    ("response", "response:#response"),
    ("happened-on", "^0"),
    ("offence", "theft"),
    ("has-victim", "yes"),
    ("place", "东城区南湖街18号"),
];
const TAKEN: &[(&str, &str)] = &[
    ("case", "case:#case"),
    ("taken-at", "^40"),
    ("owner", "suspect"),
    ("on-the-spot", "no"),
    ("value", "400"),
];

/// The way of a whole case, from the report in the evening to the serving. It names the response, and so begins after it.
const DECIDED: Steps = &[
    ("open", "opened", 3),
    ("receipt", "", 3),
    ("investigate", "established", 2 * DAY),
    ("propose", "penalty", 2 * DAY + 60),
    ("inform", "told", 3 * DAY - 600),
    ("review", "station", 4 * DAY - 540),
    ("decide-station", "penalised", 5 * DAY - 500),
    ("draw-up", "", 5 * DAY - 440),
    ("serve", "handed", 5 * DAY - 400),
    ("serve-victim", "", 5 * DAY - 390),
];
const RETURNED: Steps = &[
    ("list", "", 42),
    ("receive", "", 960),
    ("file-papers", "", 1_010),
    ("store", "", 980),
    ("decide", "returned", 5 * DAY - 480),
    ("notify-owner", "", 5 * DAY - 420),
    ("claim", "claimed", 6 * DAY - 540),
];
const OPENED: Steps = &[("open", "opened", 0), ("receipt", "", 0)];
const CALLED: Steps = &[("triage", "dispatched", 1), ("feedback", "", 62), ("tell-caller", "told", 80)];
const HANDLED: Steps = &[
    ("arrive", "arrived", 8),
    ("handle", "case", 35),
    ("register-footage", "registered", 95),
    ("report-back", "", 60),
];
const SETTLED: Steps = &[
    ("arrive", "arrived", 7),
    ("handle", "settled", 30),
    ("register-footage", "registered", 75),
    ("report-back", "", 45),
];
const KEPT: Steps =
    &[("upload", "uploaded", 100), ("check", "matches", 960), ("keep-for-good", "evidence", 990)];
const CHECKED: Steps = &[("upload", "uploaded", 100), ("check", "matches", 960)];
/// A case that a county bureau is to decide.
const BEFORE_DECISION: Steps = &[
    ("open", "opened", 0),
    ("receipt", "", 0),
    ("investigate", "established", 6 * DAY),
    ("propose", "penalty", 7 * DAY),
    ("inform", "told", 8 * DAY),
    ("review", "county", 10 * DAY),
];

pub const STORIES: [Story; 17] = [
    // A bicycle is stolen, found, and given back: from the call to the property, all in time.
    Story {
        when: When::Days(9..=20, (18, 20)),
        scenes: &[
            call(CALLED, Ended, THEFT),
            duty("response", "response", LAKE, 2, HANDLED, Ended).told(ANSWERED),
            duty("footage", "footage", LAKE, 90, KEPT, Ended).told(RECORDED),
            duty("case", "public-order-case", LAKE, 3, DECIDED, Ended).told(OF_THEFT),
            duty("property", "seized-property", LAKE, 41, RETURNED, Ended).told(TAKEN),
        ],
    },
    // A brawl: the case waits for the expert, and its clock stands still.
    Story {
        when: When::Days(5..=12, (22, 10)),
        scenes: &[
            call(CALLED, Ended, BRAWL),
            duty("response", "response", LAKE, 2, HANDLED, Ended).told(ANSWERED),
            duty("footage", "footage", LAKE, 90, &[("upload", "uploaded", 110)], Open("check"))
                .told(RECORDED),
            duty(
                "case",
                "public-order-case",
                LAKE,
                3,
                &[("open", "opened", 3), ("receipt", "", 3), ("investigate", "expert-needed", 2 * DAY)],
                Open("appraise"),
            )
            .told(REPORTED),
        ],
    },
    // Noise at night, settled on the spot.
    Story {
        when: When::Days(2..=6, (23, 5)),
        scenes: &[
            call(CALLED, Ended, NOISE),
            duty("response", "response", LAKE, 2, SETTLED, Ended).told(ANSWERED),
            duty("footage", "footage", LAKE, 70, CHECKED, Open("erase")).told(RECORDED),
        ],
    },
    Story {
        when: When::Days(3..=8, (16, 40)),
        scenes: &[call(&[("triage", "settled", 2)], Ended, CHILD).why("报警人来电称孩子已经找到。")],
    },
    // A fine on the spot whose money has not reached the bank in time.
    Story {
        when: When::Days(5..=24, (10, 15)),
        scenes: &[
            missed(
                duty(
                    "response",
                    "response",
                    LAKE,
                    3,
                    &[
                        ("arrive", "arrived", 4),
                        ("handle", "fined", 20),
                        ("file-penalty", "", 400),
                        ("hand-in-fine", "", 420),
                        ("register-footage", "registered", 60),
                        ("report-back", "", 40),
                    ],
                    Late("bank-fine"),
                )
                .told(&[
                    ("source", "found"),
                    ("dispatched-at", "^0"),
                    ("footage", "footage:#footage"),
                    ("amount", "200"),
                ]),
            ),
            duty("footage", "footage", LAKE, 55, KEPT, Ended).told(RECORDED),
        ],
    },
    // A hearing is announced and may not be held yet.
    Story {
        when: When::Days(10..=15, (9, 30)),
        scenes: &[duty(
            "case",
            "public-order-case",
            LAKE,
            0,
            &[
                ("open", "opened", 0),
                ("investigate", "established", 3 * DAY),
                ("propose", "penalty", 3 * DAY + 90),
                ("inform", "told-of-hearing", 4 * DAY),
                ("hearing-answer", "demanded", 5 * DAY),
                ("admit-hearing", "accepted", 6 * DAY),
                ("announce-hearing", "", 6 * DAY + 120),
            ],
            Open("hear"),
        )
        .told(&[
            ("source", "found"),
            ("reported-at", "^0"),
            ("happened-on", "^0"),
            ("offence", "gambling"),
            ("held-at", "@8w 09:30"),
        ])],
    },
    // A small theft on the fast track, decided within forty-eight hours.
    Story {
        when: When::Days(6..=12, (14, 20)),
        scenes: &[duty(
            "case",
            "fast-public-order-case",
            LAKE,
            30,
            &[
                ("consent", "given", 60),
                ("inform", "told", 150),
                ("review", "passed", DAY),
                ("decide", "penalised", DAY + 120),
                ("serve", "", DAY + 180),
            ],
            Ended,
        )
        .told(&[
            ("source", "report"),
            ("reported-at", "^0"),
            ("arrived-at", "^25"),
            ("happened-on", "^0"),
            ("offence", "theft"),
            ("admits", "yes"),
            ("vulnerable", "no"),
            ("grave", "no"),
        ])],
    },
    // Thirty days are nearly over.
    Story {
        when: When::Days(22..=36, (20, 30)),
        scenes: &[
            duty("case", "public-order-case", LAKE, 0, BEFORE_DECISION, Soon("decide-county")).told(REPORTED)
        ],
    },
    // Thirty days are over, and nobody asked for more.
    Story {
        when: When::Days(31..=42, (11, 40)),
        scenes: &[missed(
            duty("case", "public-order-case", BRIDGE, 0, BEFORE_DECISION, Late("decide-county"))
                .told(REPORTED),
        )],
    },
    // The authority above granted more time.
    Story {
        when: When::Days(33..=42, (15, 10)),
        scenes: &[duty(
            "case",
            "public-order-case",
            LAKE,
            0,
            &[
                ("open", "opened", 0),
                ("receipt", "", 0),
                ("investigate", "established", 20 * DAY),
                ("extend", "closed", 27 * DAY),
                ("propose", "penalty", 30 * DAY),
            ],
            Open("inform"),
        )
        .told(REPORTED)
        .why("涉案人员众多，部分证人尚在外地，需要继续取证。")],
    },
    // Preserved evidence on which nobody decided in seven days: the measure fell away by itself.
    Story {
        when: When::Days(9..=28, (9, 50)),
        scenes: &[
            duty("case", "public-order-case", LAKE, 0, OPENED, Open("investigate")).told(OF_THEFT),
            missed(
                duty(
                    "property",
                    "preserved-evidence",
                    LAKE,
                    30,
                    &[("list", "", 40), ("register", "", 300)],
                    Open("tell-holder"),
                )
                .told(&[("case", "case:#case"), ("taken-at", "^20"), ("owner", "third")]),
            ),
        ],
    },
    // A call that is being answered right now.
    Story {
        when: When::Minutes(12),
        scenes: &[
            call(&[("triage", "dispatched", 1)], Open("feedback"), NOISE),
            duty("response", "response", LAKE, 2, &[("arrive", "arrived", 9)], Open("handle")).told(ANSWERED),
        ],
    },
    // Somebody is being questioned.
    Story {
        when: When::Minutes(330),
        scenes: &[
            duty("case", "public-order-case", LAKE, 0, OPENED, Open("investigate")).told(OF_THEFT),
            duty(
                "summons",
                "summons",
                LAKE,
                30,
                &[("arrive", "ordinary", 40), ("tell-family", "told", 60)],
                Soon("leave"),
            )
            .told(&[("case", "case:#case"), ("way", "came"), ("minor", "no")]),
        ],
    },
    // Property that nobody handed in within twenty-four hours.
    Story {
        when: When::Days(2..=5, (13, 40)),
        scenes: &[
            duty("case", "public-order-case", BRIDGE, 0, OPENED, Open("investigate")).told(OF_THEFT),
            missed(
                duty("property", "seized-property", BRIDGE, 41, &[("list", "", 45)], Late("receive")).told(
                    &[
                        ("case", "case:#case"),
                        ("taken-at", "^40"),
                        ("owner", "suspect"),
                        ("on-the-spot", "no"),
                    ],
                ),
            ),
        ],
    },
    // Property that must be decided on within two days.
    Story {
        when: When::Days(24..=36, (10, 30)),
        scenes: &[
            duty("case", "public-order-case", LAKE, 0, OPENED, Open("investigate")).told(OF_THEFT),
            duty(
                "property",
                "seized-property",
                LAKE,
                41,
                &[("list", "", 42), ("receive", "", 300), ("file-papers", "", 330), ("store", "", 320)],
                Soon("decide"),
            )
            .told(&[
                ("case", "case:#case"),
                ("taken-at", "^40"),
                ("owner", "suspect"),
                ("on-the-spot", "no"),
            ]),
        ],
    },
    // A response of which there is no recording.
    Story {
        when: When::Days(3..=9, (20, 45)),
        scenes: &[
            call(CALLED, Ended, NOISE),
            duty(
                "response",
                "response",
                BRIDGE,
                2,
                &[
                    ("arrive", "arrived", 9),
                    ("handle", "settled", 40),
                    ("register-footage", "not-recorded", 200),
                    ("report-back", "", 50),
                ],
                Ended,
            )
            .told(ANSWERED)
            .why("记录仪电量耗尽，未能录制。"),
        ],
    },
    // Neighbours who were reconciled.
    Story {
        when: When::Days(14..=24, (17, 30)),
        scenes: &[duty(
            "case",
            "public-order-case",
            BRIDGE,
            0,
            &[
                ("open", "opened", 0),
                ("receipt", "", 0),
                ("investigate", "mediation", 3 * DAY),
                ("mediate", "agreed", 6 * DAY),
            ],
            Ended,
        )
        .told(REPORTED)],
    },
];
