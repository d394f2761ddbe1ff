//! What happens in the demonstration: services that people ask for, at every stage. What the police do of their own duty
//! is in [`super::duty`].

use pack::model::Channel::{self, Kiosk, Phone, Web, Window};

/// The city's residents; the first three sign in.
pub const RESIDENTS: [&str; 12] = [
    "演示甲",
    "演示乙",
    "演示丙",
    "演示丁",
    "演示戊",
    "演示己",
    "演示庚",
    "演示辛",
    "演示壬",
    "演示癸",
    "演示天",
    "演示地",
];

/// One case.
#[derive(Clone, Copy)]
pub struct Scene {
    /// By which the others of its story refer to it.
    pub label: &'static str,
    pub procedure: &'static str,
    pub office: &'static str,
    pub channel: Channel,
    /// Whose case it is, by their place in [`RESIDENTS`]; none: an office's own duty.
    pub party: Option<usize>,
    /// What the form and the steps must say, field and text.
    pub told: &'static [(&'static str, &'static str)],
    /// How steps end, in this order, where not with their first outcome.
    pub ways: &'static [(&'static str, &'static str)],
    /// The reasons that are given where reasons are needed.
    pub why: &'static str,
    pub pace: Pace,
    pub reach: Reach,
    pub then: Then,
    /// Whether clocks may have been missed on the way.
    pub missed: bool,
}

/// At what times things happen.
#[derive(Clone, Copy)]
pub enum Pace {
    /// In office hours. A case that is over began about so many working days ago.
    Office(i64),
    /// Begun so many minutes after the story, and then step by step: step, outcome (the first, where blank), minutes.
    Told(i64, &'static [(&'static str, &'static str, i64)]),
}

/// How far a case has come when the demonstration is made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reach {
    /// Begun, and not handed in.
    Draft,
    /// This step is open, in time.
    Open(&'static str),
    /// This step is open, and its clock runs out within two days.
    Soon(&'static str),
    /// This step is open, and its clock has run out.
    Late(&'static str),
    /// Something was to be corrected, found at this step.
    Correcting(&'static str),
    /// Over.
    Ended,
    /// Taken back.
    Withdrawn,
}

/// What the party, or a colleague, does besides.
#[derive(Clone, Copy)]
pub enum Then {
    Nothing,
    /// Stars, and words.
    Rated(u8, &'static str),
    /// A complaint, and its answer.
    Complained(&'static str, Option<&'static str>),
    /// Whoever's turn it is takes the step upon themselves.
    Taken,
    /// A colleague took it, and handed it over.
    HandedOver(&'static str),
}

const fn service(procedure: &'static str, office: &'static str, party: usize, reach: Reach) -> Scene {
    Scene {
        label: "",
        procedure,
        office,
        channel: Web,
        party: Some(party),
        told: &[],
        ways: &[],
        why: "经核实，申报的内容与登记不一致，且未提供相应证明，不符合规定的条件。",
        pace: Pace::Office(10),
        reach,
        then: Then::Nothing,
        missed: false,
    }
}

impl Scene {
    const fn at(mut self, channel: Channel) -> Self {
        self.channel = channel;
        self
    }

    const fn aged(mut self, days: i64) -> Self {
        self.pace = Pace::Office(days);
        self
    }

    pub const fn told(mut self, told: &'static [(&'static str, &'static str)]) -> Self {
        self.told = told;
        self
    }

    pub const fn ways(mut self, ways: &'static [(&'static str, &'static str)]) -> Self {
        self.ways = ways;
        self
    }

    pub const fn why(mut self, why: &'static str) -> Self {
        self.why = why;
        self
    }

    pub const fn then(mut self, then: Then) -> Self {
        self.then = then;
        self
    }

    /// In time or not: its clocks run at night too.
    const fn any_time(mut self) -> Self {
        self.missed = true;
        self
    }

    const fn rated(self, stars: u8, words: &'static str) -> Self {
        self.then(Then::Rated(stars, words))
    }
}

use Reach::{Correcting, Draft, Ended, Late, Open, Soon, Withdrawn};

const LAKE: &str = "lake-station";
const BRIDGE: &str = "bridge-station";
const VALLEY: &str = "valley-station";
const EAST: &str = "east-branch";
const WEST: &str = "west-branch";
const EXIT: &str = "exit-entry-office";
const CARS: &str = "vehicle-office";

const BABY: &[(&str, &str)] = &[("born", "@-20")];

pub const HOUSEHOLD: [Scene; 23] = [
    service("birth-registration", LAKE, 0, Ended).told(BABY).aged(28).rated(5, "孩子的户口当天就办好了。"),
    service("birth-registration", LAKE, 1, Draft).at(Phone).told(BABY).aged(1),
    service("birth-registration", BRIDGE, 3, Ended)
        .at(Window)
        .told(BABY)
        .aged(22)
        .rated(5, "窗口讲得很清楚。"),
    service("birth-registration", LAKE, 4, Open("accept")).at(Phone).told(BABY),
    service("adult-name-change", LAKE, 1, Ended)
        .ways(&[("decide", "refused")])
        .why("申请的新名含有异体字，且未说明正当理由，依户口登记条例第十八条不予变更。")
        .aged(24)
        .then(Then::Complained(
            "没有人告诉我哪个字不能用。",
            Some("已补充说明：可改用规范字重新申请，窗口会先行核对。"),
        )),
    service("adult-name-change", LAKE, 5, Open("decide")),
    service("minor-name-change", BRIDGE, 6, Correcting("examine")),
    service("entry-change", LAKE, 7, Open("check")).at(Window).then(Then::Taken),
    service("entry-change", LAKE, 11, Open("enter")),
    service("ethnic-group-change", BRIDGE, 8, Late("investigate")),
    service("birth-date-correction", LAKE, 2, Open("investigate"))
        .then(Then::HandedOver("本人休假，转交同事办理。")),
    service("late-birth-registration", LAKE, 9, Open("kinship-test"))
        .at(Window)
        .told(&[("claims-parent", "yes"), ("has-certificate", "no")]),
    service("household-certificate", LAKE, 2, Ended).at(Kiosk).aged(5).rated(4, "机器上就能办。"),
    service("no-criminal-record-certificate", LAKE, 0, Soon("certify")).at(Phone),
    service("kinship-certificate", VALLEY, 10, Open("certify")),
    service("death-registration", BRIDGE, 11, Ended).at(Window).aged(17),
    service("household-split", LAKE, 5, Ended).at(Window).aged(9).rated(5, ""),
    service("join-family", LAKE, 1, Soon("decide")),
    service("join-family", BRIDGE, 6, Late("decide")),
    service("move-for-home-or-work", VALLEY, 7, Open("examine")),
    service("new-household", VALLEY, 8, Ended)
        .at(Window)
        .ways(&[("enter", "refused")])
        .why("申请立户的房屋已有一户登记，且未提供分户的证明。")
        .aged(13),
    service("move-in", LAKE, 3, Ended).at(Window).aged(20).rated(3, "等了两次，材料清单应当写全。"),
    service("temporary-stay-registration", BRIDGE, 9, Withdrawn).at(Phone).aged(4),
];

pub const CARDS: [Scene; 17] = [
    service("identity-card-lost", LAKE, 0, Open("sign")),
    service("identity-card-expired", LAKE, 2, Open("make")),
    service("temporary-identity-card", BRIDGE, 4, Late("decide")).at(Window),
    service("identity-card-first", LAKE, 1, Correcting("verify")),
    service("identity-card-damaged", VALLEY, 10, Ended).at(Window).aged(26).rated(5, "比说好的早了一周。"),
    service("identity-card-lost", VALLEY, 11, Open("sign")),
    service("temporary-identity-card", LAKE, 5, Ended).at(Window).aged(7),
    service("identity-card-under-16", BRIDGE, 6, Open("capture")),
    service("identity-card-elsewhere", LAKE, 7, Open("verify")).at(Window).then(Then::Taken),
    service("identity-card-loss-report", LAKE, 8, Late("decide")).at(Phone),
    service("residence-permit", LAKE, 1, Ended).aged(29).rated(5, "网上办，只跑了一次。"),
    service("residence-permit", BRIDGE, 9, Open("verify")),
    service("residence-permit", LAKE, 10, Late("sign")).at(Phone),
    service("residence-permit-endorsement", LAKE, 2, Ended).at(Phone).aged(3).rated(5, ""),
    service("residence-permit-lost", VALLEY, 11, Soon("make")),
    service("residence-permit", LAKE, 3, Ended)
        .ways(&[("sign", "refused")])
        .why("居住登记未满半年，依居住证暂行条例第二条不予签发。")
        .aged(18)
        .then(Then::Complained("我住满半年了，房东可以证明。", None)),
    service("compatriot-residence-permit", LAKE, 4, Open("verify")),
];

pub const TRAVEL: [Scene; 14] = [
    service("passport-first", EXIT, 0, Open("examine")),
    service("passport-first", EAST, 5, Soon("make")),
    service("passport-renewal", EXIT, 6, Ended).aged(21).rated(5, "邮寄到家。"),
    service("passport-renewal", WEST, 7, Open("make")),
    service("passport-replacement", EXIT, 8, Correcting("examine")).at(Window),
    service("hk-macao-endorsement", EXIT, 8, Open("make")).at(Phone),
    service("hk-macao-endorsement", EXIT, 1, Ended).at(Kiosk).aged(6).rated(5, ""),
    service("passport-annotation", EXIT, 2, Late("decide")),
    service("taiwan-permit", EAST, 9, Open("accept")),
    service("residence-work", EXIT, 10, Open("interview"))
        .at(Window)
        .ways(&[("verify", "ask")])
        .why("工作单位与许可证所载不一致，需要当面询问。"),
    service("visa-extension", EXIT, 11, Ended)
        .at(Window)
        .ways(&[("verify", "unfounded"), ("decide", "refused")])
        .why("停留事由已经消失，且未提供新的邀请材料。")
        .aged(11),
    service("permanent-residence", EXIT, 3, Open("send-up")),
    service("taiwan-permit-replacement", EXIT, 4, Ended).at(Window).aged(16),
    service("passport-first", EXIT, 2, Draft).aged(2),
];

pub const ROADS: [Scene; 20] = [
    service("new-car-in-one-go", CARS, 0, Open("inspect")).any_time(),
    service("new-car-in-one-go", CARS, 6, Ended).aged(12).rated(5, "交警、税务、保险一次办完。"),
    service("new-car-in-one-go", CARS, 7, Open("insure"))
        .ways(&[("insurance", "missing")])
        .why("保险公司尚未上传保单信息。")
        .any_time(),
    service("vehicle-registration", CARS, 1, Late("register")).at(Window),
    service("vehicle-registration", WEST, 8, Ended).at(Window).aged(19),
    service("vehicle-transfer", CARS, 9, Open("present-again"))
        .at(Window)
        .ways(&[("inspect", "failed")])
        .why("车身颜色与登记不符，请办理变更后再次交验。"),
    service("plates-reissue", CARS, 2, Soon("register")),
    service("inspection-mark-exempt", CARS, 3, Ended).at(Phone).aged(8).rated(4, ""),
    service("school-bus-licence", CARS, 10, Open("transport-opinion")),
    service("vehicle-scrap", CARS, 4, Ended).at(Window).aged(23),
    service("temporary-plate", CARS, 5, Open("decide")),
    service("plate-number-choice", CARS, 11, Draft).at(Phone).aged(1),
    service("licence-renewal", CARS, 1, Ended).aged(15).rated(5, "体检结果自动就有了，方便。"),
    service("licence-renewal", EAST, 6, Late("issue")),
    service("licence-lost", CARS, 0, Open("issue")).at(Phone),
    service("licence-first", CARS, 7, Open("field")).at(Window),
    service("licence-foreign", CARS, 8, Open("theory")).at(Window),
    service("licence-electronic", CARS, 9, Ended).at(Phone).aged(1).rated(5, "一会儿就下来了。"),
    service("school-bus-driver", EAST, 10, Open("records")).at(Window),
    service("licence-cancel", CARS, 2, Soon("enter")),
];
