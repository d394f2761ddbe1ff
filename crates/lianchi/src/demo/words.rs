//! What people in the demonstration say. Nobody of these names lives: 演示 means demonstration, and the rest counts.

use super::fill::Dice;

/// Names of people who are asked about, besides the party.
const OTHERS: [&str; 6] = ["演示子", "演示丑", "演示寅", "演示卯", "演示辰", "演示巳"];

/// Lines by how the question is called: the whole name, or its end.
const LINES: [(&str, &str); 46] = [
    ("name-before", "演示旧名"),
    ("name-after", "演示新名"),
    ("group-before", "汉族"),
    ("group-after", "满族"),
    ("colour-before", "白色"),
    ("colour-after", "蓝色"),
    ("birth-place", "示范市第一医院"),
    ("institution", "示范市物证鉴定所"),
    ("laboratory", "示范市司法鉴定中心"),
    ("report-number", "鉴字第0126号"),
    ("employer", "示范纺织有限公司"),
    ("operator", "示范市第一小学"),
    ("dealer", "示范汽车销售有限公司"),
    ("insurer", "示范财产保险"),
    ("recycler", "示范报废车回收企业"),
    ("school", "示范驾驶培训学校"),
    ("schools", "示范市第一小学、第二小学"),
    ("route", "清溪镇—第一小学"),
    ("times", "每日7:00、16:30"),
    ("driver", "演示午"),
    ("used-for", "办理入学"),
    ("destination", "新加坡"),
    ("country", "新加坡"),
    ("nationality", "法国"),
    ("language", "汉语"),
    ("relation", "父子"),
    ("position", "工程师"),
    ("programme", "汉语言，本科"),
    ("port", "深圳湾"),
    ("work-place", "示范纺织有限公司，工程师"),
    ("lost-where", "3路公交车上"),
    ("on-card", "演示路12号"),
    ("right", "示范路12号"),
    ("damage", "芯片不能读取"),
    ("colour", "白色"),
    ("brand", "示范牌SF7150"),
    ("crew", "南湖一组，警车03"),
    ("unit", "南湖派出所一组"),
    ("result", "已到场处置，双方和解"),
    ("violation", "治安管理处罚法第五十八条"),
    ("proposed", "罚款五百元"),
    ("place", "示范市公安局东城分局办案区"),
    ("question", "伤情程度"),
    ("reason", "涉嫌盗窃自行车，需要询问查证"),
    ("approval", "东公扣〔2026〕12号"),
    ("key-evidence", "监控录像、失主陈述、本人供述"),
];

const STORIES: [(&str, &str); 15] = [
    ("before", "住址：演示路12号"),
    ("after", "住址：示范路12号"),
    ("brief", "群众报称楼下有人争吵、推搡，要求民警到场。"),
    ("what-was-done", "到场后分开双方，查明起因，告知权利义务，现场调解。"),
    ("facts", "经查，当事人因琐事发生争执，造成对方轻微损失。"),
    ("evidence", "询问笔录两份、现场照片六张、执法记录仪录像一段。"),
    ("opinion", "经检验，结论明确，意见附后。"),
    ("report", "听取双方意见，事实清楚，程序合法。"),
    ("items", "蓝色自行车一辆，车架号SF0123，八成新。"),
    ("findings", "申报内容与档案记载一致，情况属实。"),
    ("sources", "查阅户籍档案二卷，询问邻居二人。"),
    ("people-asked", "询问本人、母亲和村委会工作人员各一次。"),
    ("entries", "子女页上的父亲姓名、同户成员的与户主关系。"),
    ("route-opinion", "线路避开长下坡，站点设置合理，时间可行。"),
    ("why", "平时一直使用现在申请的名字，亲友都这样称呼。"),
];

/// Answers that are usually yes; all others are usually no.
const YES: [&str; 28] = [
    "wants-answer",
    "recorder-on",
    "recorded",
    "remedies",
    "copy-given",
    "signed",
    "agrees",
    "as-evidence",
    "meals-rest",
    "vin-matches",
    "body-matches",
    "type-matches",
    "checked-in-person",
    "cycles-clean",
    "accidents-clean",
    "drink-clean",
    "fit",
    "collective",
    "has-victim",
    "suspect-known",
    "in-chinese",
    "never-held",
    "admits",
    "card-at-hand",
    "of-age",
    "entries-right",
    "both-private",
    "private-car",
];

const NUMBERS: [(&str, i64); 9] = [
    ("officers", 2),
    ("auxiliaries", 1),
    ("seconds", 1_860),
    ("hours", 66),
    ("theory-points", 96),
    ("field-points", 90),
    ("road-points", 92),
    ("safety-points", 94),
    ("years-driven", 8),
];

/// Whether a question is about somebody's birth, about the past, or about what is to come.
pub enum Tense {
    Born,
    Past,
    Future,
}

const FUTURE: [&str; 18] = [
    "until",
    "needed",
    "needed-on",
    "leaving",
    "leaves",
    "leaves-on",
    "ends-on",
    "appointment",
    "arrives",
    "inspection-day",
    "stay-to",
    "year-ends",
    "enlists-on",
    "studies-until",
    "works-until",
    "away-until",
    "wanted-until",
    "receipt-until",
];

pub fn tense(id: &str) -> Tense {
    match id {
        _ if id == "born" || id.ends_with("-born") || id.starts_with("born-") => Tense::Born,
        _ if FUTURE.contains(&id) || id.ends_with("-until") => Tense::Future,
        _ => Tense::Past,
    }
}

/// A line of text that answers the question `id`, by a person called `name`.
pub fn line(id: &str, name: &str, dice: &mut Dice) -> String {
    if let Some((_, text)) = LINES.iter().find(|(own, _)| *own == id) {
        return (*text).to_owned();
    }
    match id {
        "name" => name.to_owned(),
        "digest" => (0..64).map(|_| char::from_digit(dice.below(16) as u32, 16).unwrap_or('0')).collect(),
        "mother" | "father" => "演示卯，证件号码见复印件".to_owned(),
        _ if id.ends_with("name")
            || ["witness", "head", "inviter", "tester", "exporter", "creditor"].contains(&id) =>
        {
            dice.one(&OTHERS).copied().unwrap_or(name).to_owned()
        }
        _ if ["number", "receipt", "code", "contract", "video", "card"]
            .iter()
            .any(|end| id.ends_with(end)) =>
        {
            format!("SF2026{:05}", dice.below(99_999))
        }
        _ => "演示".to_owned(),
    }
}

/// Several lines that answer the question `id`.
pub fn story(id: &str) -> &'static str {
    STORIES.iter().find(|(own, _)| *own == id).map_or("演示用的说明。", |(_, text)| text)
}

pub fn address(dice: &mut Dice) -> String {
    let street = ["南湖街", "石桥路", "学府路", "清溪街", "人民路"];
    let street = dice.one(&street).copied().unwrap_or("人民路");
    format!("东城区{street}{}号{}室", 1 + dice.below(180), 101 + dice.below(500))
}

pub fn usually(id: &str) -> bool {
    YES.contains(&id)
}

pub fn number(id: &str) -> Option<i64> {
    NUMBERS.iter().find(|(own, _)| *own == id).map(|(_, number)| *number)
}

/// A number of no living person: born in 1900, in a region code that stands for none, its check character right.
pub fn identity_number(sequence: u64) -> String {
    let body = format!("110000190001{:02}{:03}", 1 + sequence % 28, sequence % 1_000);
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body.bytes().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    let check = "10X98765432".chars().nth((sum % 11) as usize).unwrap_or('0');
    format!("{body}{check}")
}

/// A vehicle's number with a right check digit, of a maker that there is not.
pub fn vin(sequence: u64) -> String {
    let head = "L00000000";
    let tail = format!("00{sequence:06}");
    let worth = |letter: char| letter.to_digit(10).unwrap_or(3);
    let weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let sum: u32 =
        head.chars().chain(tail.chars()).zip(weights).map(|(letter, weight)| worth(letter) * weight).sum();
    let check = match sum % 11 {
        10 => 'X',
        digit => char::from_digit(digit, 10).unwrap_or('0'),
    };
    format!("{}{check}{tail}", &head[..8])
}

#[cfg(test)]
mod tests {
    use super::{identity_number, vin};
    use casework::answer;
    use pack::model::FieldKind;

    #[test]
    fn made_up_numbers_keep_their_check_digits() {
        for sequence in (0..1_000).step_by(37) {
            assert!(
                answer::read(&FieldKind::IdentityNumber, &identity_number(sequence)).is_ok(),
                "{sequence}"
            );
            assert!(answer::read(&FieldKind::Vin, &vin(sequence)).is_ok(), "{sequence}");
        }
    }
}
