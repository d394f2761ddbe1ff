use super::{LAW, deadline};
use jiff::civil::{Date, DateTime};
use pack::days::{Adjustment, At, Due, Left, Refused, count};

fn due(id: &str, start: &str, adjustments: &[Adjustment]) -> Result<Due, Refused> {
    let deadline = deadline(id);
    count(time(start), deadline, &LAW.rule(deadline), &LAW.calendar, adjustments)
}

/// A date stands for its 09:00.
fn time(text: &str) -> DateTime {
    let time = text.parse::<DateTime>().unwrap_or_else(|_| panic!("{text}"));
    if text.contains('T') { time } else { time.date().at(9, 0, 0, 0) }
}

fn check(id: &str, start: &str, adjustments: &[Adjustment], wanted: &str) {
    let at = due(id, start, adjustments).unwrap_or_else(|refused| panic!("{id}: {refused}")).at;
    let wanted = match wanted.parse::<Date>() {
        Ok(date) if wanted.len() == 10 => At::Day(date),
        _ => At::Moment(wanted.parse().unwrap()),
    };
    assert_eq!(at, wanted, "{id} from {start}");
}

fn pause(kind: &str, from: &str, to: &str) -> Adjustment {
    Adjustment::Suspend { kind: kind.into(), from: time(from), to: Some(time(to)) }
}

fn extend(id: &str) -> Adjustment {
    Adjustment::Extend { id: id.into(), amount: None }
}

fn extend_by(id: &str, amount: u32) -> Adjustment {
    Adjustment::Extend { id: id.into(), amount: Some(amount) }
}

fn transit(from: &str, to: &str) -> Adjustment {
    Adjustment::Transit { from: time(from), to: time(to) }
}

#[test]
fn working_days_over_the_spring_festival() {
    // 行政许可法第四十二条、第八十二条: 20 working days. Tue 10 Feb 2026 not counted; 11 Wed 1, 12 Thu 2, 13 Fri 3, 14 Sat worked 4;
    // 15–23 off; 24 Tue 5, 25 6, 26 7, 27 Fri 8, 28 Sat worked 9; 1 Mar Sun; 2–6 Mar 10–14; 9–13 Mar 15–19; 16 Mon
    // 20.
    check("licence-decided", "2026-02-10", &[], "2026-03-16");
    // Mon 5 Feb 2024; 6–9 1–4; 10–17 off; 18 Sun worked 5; 19–23 6–10; 26 Feb–1 Mar 11–15; 4–8 Mar 16–20.
    check("licence-decided", "2024-02-05", &[], "2024-03-08");
    // Fri 24 Jan 2025; 25 Sat; 26 Sun worked 1; 27 Mon 2; 28 Jan–4 Feb off; 5–7 3–5; 8 Sat worked 6; 10–14 7–11;
    // 17–21 12–16; 24 17, 25 18, 26 19, 27 Thu 20.
    check("licence-decided", "2025-01-24", &[], "2025-02-27");
}

#[test]
fn working_days_over_the_national_day() {
    // 机动车登记规定第十二条、第九十二条: 2 working days. Mon 30 Sep 2024; 1–7 Oct off; 8 Tue 1, 9 Wed 2.
    check("vehicle-registered", "2024-09-30", &[], "2024-10-09");
    // 行政许可法第三十二条: 5. Mon 29 Sep 2025; 30 Tue 1; 1–8 Oct off; 9 Thu 2, 10 Fri 3, 11 Sat worked 4; 12 Sun; 13 Mon 5.
    check("missing-materials-told", "2025-09-29", &[], "2025-10-13");
    // 驾驶证规定第六十八条: 1. Fri 18 Sep 2026; 19 Sat; 20 Sun worked 1.
    check("driving-licence-replaced", "2026-09-18", &[], "2026-09-20");
    // 办理行政案件程序规定第一百八十三条 says 七个工作日 itself. Fri 26 Sep 2025; 28 Sun worked 1, 29 2, 30 3; 1–8 Oct off; 9 Thu 4,
    // 10 Fri 5, 11 Sat worked 6, 13 Mon 7.
    check("second-mediation-done", "2025-09-26", &[], "2025-10-13");
}

#[test]
fn working_days_over_other_festivals() {
    // 行政处罚法第六十四条、第八十五条: 5. Thu 30 Apr 2026; 1–5 May off; 6 Wed 1, 7 2, 8 Fri 3, 9 Sat worked 4; 11 Mon 5.
    check("hearing-requested", "2026-04-30", &[], "2026-05-11");
    // 行政复议法第三十条、第八十八条: 5. Fri 13 Sep 2024; 14 Sat worked 1; 15–17 off; 18 2, 19 3, 20 Fri 4; 23 Mon 5.
    check("reconsideration-accepted", "2024-09-13", &[], "2024-09-23");
    // 事故处理程序规定第六十二条、第一百一十二条: 10. Thu 25 Apr 2024; 26 Fri 1; 28 Sun worked 2; 29 3, 30 4; 1–5 May off; 6–10 5–9;
    // 11 Sat worked 10.
    check("accident-determined", "2024-04-25", &[], "2024-05-11");
}

#[test]
fn natural_days_roll_at_a_rest_day() {
    // 治安管理处罚法第一百一十八条: 30 natural days. Fri 16 Jan 2026; 17–31 Jan 1–15; 15 Feb 30, Spring Festival until 23 → 24 Tue.
    check("public-order-case-closed", "2026-01-16", &[], "2026-02-24");
    // 办理行政案件程序规定第一百三十五条、第三十五条: 2. Fri 13 Feb 2026; 14 1, 15 2, off until 23 → 24 Tue.
    check("hearing-request-answered", "2026-02-13", &[], "2026-02-24");
    // 第一百一十二条: 30. Fri 12 Jan 2024; 31 Jan 19; 11 Feb 30, off until 17 → 18 Sun, which is worked.
    check("seizure-ended", "2024-01-12", &[], "2024-02-18");
    // 行政复议法第六十二条、第八十八条, 民事诉讼法第八十五条: 60 natural. Fri 2 Aug 2024; 31 Aug 29; 30 Sep 59; 1 Oct 60, off until 7 → 8 Tue.
    check("reconsideration-decided", "2024-08-02", &[], "2024-10-08");
    // 居住证暂行条例第九条: 15. Mon 16 Sep 2024; 30 Sep 14; 1 Oct 15, off until 7 → 8 Tue.
    check("residence-permit-issued", "2024-09-16", &[], "2024-10-08");
    // 行政处罚法第六十条: 90 is not among 二三五七, so natural. 5 Nov 2025; 30 Nov 25; 31 Dec 56; 31 Jan 87; 3 Feb 2026 90, a
    // Tuesday.
    check("penalty-decided", "2025-11-05", &[], "2026-02-03");
    // 事故处理程序规定第五十一条: 30 is not listed in 第一百一十二条, so natural. 1 Apr 2024; 1 May 30, off until 5 → 6 Mon.
    check("accident-appraisal-done", "2024-04-01", &[], "2024-05-06");
    // To 60: 30 Apr 29; 31 May 60, a Friday.
    check("accident-appraisal-done", "2024-04-01", &[extend("longer")], "2024-05-31");
}

#[test]
fn detention_never_rolls() {
    // 刑事案件程序规定第一百二十九条: 3. Sat 14 Feb 2026; 15 1, 16 2, 17 3, in the Spring Festival, and stays there.
    check("arrest-requested", "2026-02-14", &[], "2026-02-17");
    // Three and four: 21 Feb, still in the festival.
    check("arrest-requested", "2026-02-14", &[extend("special")], "2026-02-21");
    // One day of the four: 18 Feb.
    check("arrest-requested", "2026-02-14", &[extend_by("special", 1)], "2026-02-18");
    // To 30: 28 Feb 14; 16 Mar 30.
    check("arrest-requested", "2026-02-14", &[extend("roving")], "2026-03-16");
    // 刑事诉讼法第九十一条、第一百零五条: 7. Mon 27 Jan 2025; 3 Feb 7, in the festival.
    check("arrest-decided-by-prosecutor", "2025-01-27", &[], "2025-02-03");
    // 办理行政案件程序规定第二百四十二条、第三十五条: 30. 20 Jan 2026; 31 Jan 11; 19 Feb 30, in the festival.
    check("foreigner-examination-ended", "2026-01-20", &[], "2026-02-19");
    // 第一百零七条: 12 months. 5 Oct 2025 → 5 Oct 2026, in the National Day week.
    check("bail-ended", "2025-10-05", &[], "2026-10-05");
    // 第二百九十五条: a month from 16 Jan 2026 is 16 Feb, in the festival → 24; with the suspect in custody it stays.
    check("supplementary-investigation-done", "2026-01-16", &[], "2026-02-24");
    check("supplementary-investigation-done", "2026-01-16", &[Adjustment::Custody], "2026-02-16");
}

#[test]
fn months_end_on_the_corresponding_day() {
    // 第一百四十八条: two months from 31 Dec 2025 is 28 Feb 2026 (no 31st). With the third month 31 Mar, with two more 31
    // May (a Sunday, custody), with two more 31 Jul: always counted from the start, so the short month leaves no
    // trace.
    check("custody-investigation-ended", "2025-12-31", &[], "2026-02-28");
    let more = [extend("complex"), extend("four-kinds"), extend("ten-years")];
    check("custody-investigation-ended", "2025-12-31", &more[..1], "2026-03-31");
    check("custody-investigation-ended", "2025-12-31", &more[..2], "2026-05-31");
    check("custody-investigation-ended", "2025-12-31", &more, "2026-07-31");
    // 第二百四十三条: six months from 31 Aug 2025 is 28 Feb 2026; renewed once, 31 Aug 2026.
    check("frozen-deposits-ended", "2025-08-31", &[], "2026-02-28");
    check("frozen-deposits-ended", "2025-08-31", &[extend("renewal")], "2026-08-31");
    // 第二百四十四条: two years from 29 Feb 2024 is 28 Feb 2026.
    check("frozen-securities-ended", "2024-02-29", &[], "2026-02-28");
    // 第二百九十五条: a month from 31 Jan 2026 is 28 Feb 2026, a Saturday that is worked.
    check("supplementary-investigation-done", "2026-01-31", &[], "2026-02-28");
    // 办理行政案件程序规定第一百九十七条: six months from 16 Aug 2025 is 16 Feb 2026, off until 23 → 24 Tue.
    check("unclaimed-property-forfeited", "2025-08-16", &[], "2026-02-24");
    // 视音频记录工作规定第十三条: six months from 15 Mar 2026.
    check("footage-kept", "2026-03-15", &[], "2026-09-15");
    // 治安管理处罚法第二十五条: six months from 16 Aug 2025 is 16 Feb 2026; a time bar does not move at a holiday.
    check("violation-lapsed", "2025-08-16", &[], "2026-02-16");
}

#[test]
fn hours_run_over_midnight() {
    // 治安管理处罚法第九十七条 is silent on hours, so from the moment: 20:30 and 8 hours is 04:30 of the next day.
    check("summoned-person-questioned", "2026-03-01T20:30", &[], "2026-03-02T04:30");
    check(
        "summoned-person-questioned",
        "2026-03-01T20:30",
        &[extend("detention-possible")],
        "2026-03-02T20:30",
    );
    // 办理行政案件程序规定第六十一条、第三十五条: the hour of 10:20 is not counted; 24 hours from 11:00.
    check("report-passed-on", "2026-03-01T10:20", &[], "2026-03-02T11:00");
    // A full hour is an hour that begins, too: from 10:00 the count begins at 11:00.
    check("report-passed-on", "2026-03-01T10:00", &[], "2026-03-02T11:00");
    // 第四十七条: from 23:10 of 30 Dec, 48 hours from midnight end at midnight of 2 Jan.
    check("fast-track-case-decided", "2026-12-30T23:10", &[], "2027-01-02T00:00");
    // 继续盘问规定第十一条 counts 自…带至公安机关之时起, so from the moment; to 24, then to 48 hours.
    check("continued-questioning-ended", "2026-05-01T22:15", &[], "2026-05-02T10:15");
    let more = [extend("unresolved"), extend("identity-withheld")];
    check("continued-questioning-ended", "2026-05-01T22:15", &more[..1], "2026-05-02T22:15");
    check("continued-questioning-ended", "2026-05-01T22:15", &more, "2026-05-03T22:15");
    // 第一百九十条: the last second of a month still lies in the hour of 23:00.
    check("property-handed-in", "2026-02-28T23:59:59", &[], "2026-03-02T00:00");
}

#[test]
fn backward_limits_count_away_from_the_event() {
    // 集会游行示威法第九条: rally on Mon 8 Jun 2026; Sun 7 1, Sat 6 2. It does not move on to Monday, the day of the rally.
    check("assembly-decided", "2026-06-08", &[], "2026-06-06");
    // 第八条: five days: 7, 6, 5, 4, 3.
    check("assembly-applied-for", "2026-06-08", &[], "2026-06-03");
    // 办理行政案件程序规定第一百三十六条: hearing on Mon 16 Mar 2026; 15 1 … 9 7.
    check("hearing-announced", "2026-03-16", &[], "2026-03-09");
    // 行政处罚法第六十四条、第八十五条: seven working days: 13 Fri 1, 12 2, 11 3, 10 4, 9 Mon 5, 6 Fri 6, 5 Thu 7.
    check("hearing-announced-in-workdays", "2026-03-16", &[], "2026-03-05");
    // Hearing on Tue 24 Feb 2026: 23–15 off; 14 Sat worked 1, 13 2, 12 3, 11 4, 10 5, 9 Mon 6; 8, 7 off; 6 Fri 7.
    check("hearing-announced-in-workdays", "2026-02-24", &[], "2026-02-06");
    // 刑事案件程序规定第一百四十八条: custody ends 28 Feb 2026; 27 1 … 21 7, in the festival, and stays.
    check("custody-extension-sent", "2026-02-28", &[], "2026-02-21");
}

#[test]
fn time_that_does_not_count() {
    // 治安管理处罚法第一百一十八条第二款: appraisal from 2 to 12 Feb leaves out 3–12, ten days: 16 Jan + 40 = 25 Feb 2026, Wed.
    let appraisal = pause("appraisal", "2026-02-02", "2026-02-12");
    check("public-order-case-closed", "2026-01-16", std::slice::from_ref(&appraisal), "2026-02-25");
    // A hearing from 10 to 15 Feb overlaps: together 3–15, thirteen days: 28 Feb, a Saturday that is worked.
    let both = [appraisal.clone(), pause("hearing", "2026-02-10", "2026-02-15")];
    check("public-order-case-closed", "2026-01-16", &both, "2026-02-28");
    // Twice extended: 30 + 30 + 30 = 90: 31 Jan 15, 28 Feb 43, 31 Mar 74, 16 Apr 90, Thu.
    let twice = [extend("complex"), extend("complex")];
    check("public-order-case-closed", "2026-01-16", &twice, "2026-04-16");
    // And the ten days of appraisal: 26 Apr is a Sunday → 27 Mon.
    let all = [extend("complex"), appraisal.clone(), extend("complex")];
    check("public-order-case-closed", "2026-01-16", &all, "2026-04-27");
    // 行政复议法第四十八条, 民事诉讼法第八十五条: 10 working days, 11 and 12 Mar on the road. Mon 2 Mar 2026; 3–6 1–4; 9 5, 10 6; 13 Fri
    // 7; 16 8, 17 9, 18 Wed 10.
    check("reconsideration-answered", "2026-03-02", &[transit("2026-03-10", "2026-03-12")], "2026-03-18");
    // 行政许可法第四十五条: expert review from Fri 13 to Fri 27 Feb 2026 leaves out 14–27. Tue 10 Feb; 11 1, 12 2, 13 3; 28
    // Sat worked 4; 2–6 Mar 5–9; 9–13 10–14; 16–20 15–19; 23 Mon 20.
    check(
        "licence-decided",
        "2026-02-10",
        &[pause("expert-review", "2026-02-13", "2026-02-27")],
        "2026-03-23",
    );
    // A pause that begins and ends on one day leaves out nothing.
    let hours = Adjustment::Suspend {
        kind: "hearing".into(),
        from: time("2026-02-02T09:30"),
        to: Some(time("2026-02-02T17:00")),
    };
    check("public-order-case-closed", "2026-01-16", &[hours], "2026-02-24");
    // A month with five days of psychiatric appraisal (11–15): 10 Mar → 10 Apr 2026 → 15 Apr, Wed.
    let psychiatric = pause("psychiatric-appraisal", "2026-03-10", "2026-03-15");
    check("supplementary-investigation-done", "2026-03-10", &[psychiatric], "2026-04-15");
}

#[test]
fn what_is_due_at_once_is_late_when_the_day_is_over() {
    // A Sunday: it does not move to a workday.
    check("report-received", "2026-03-01T10:20", &[], "2026-03-01");
}

#[test]
fn an_open_pause_stops_the_clock() {
    let open = Adjustment::Suspend { kind: "appraisal".into(), from: time("2026-02-02T14:00"), to: None };
    let stopped = due("public-order-case-closed", "2026-01-16", &[open]).unwrap();
    // 17 Jan to 2 Feb are 17 of the 30 days.
    let left = Some(Left::Days(13));
    assert_eq!(stopped.at, At::Stopped { since: time("2026-02-02T14:00"), left });
    assert_eq!(stopped.at.last_day(), None);
    // A pause that opens after the 30th day changes nothing but where the last day would move over it: here 15 Feb.
    let late = Adjustment::Suspend { kind: "appraisal".into(), from: time("2026-02-24T14:00"), to: None };
    assert_eq!(
        due("public-order-case-closed", "2026-01-16", &[late]).unwrap().at,
        At::Day("2026-02-24".parse().unwrap())
    );
}

#[test]
fn beyond_the_published_calendar_is_provisional() {
    // 22–25 Dec 2026 1–4, 28–31 5–8, 1 Jan 2027 rests without any notice, 4–8 9–13, 11–15 14–18, 18 Mon 19, 19 Tue 20.
    let licence = due("licence-decided", "2026-12-21", &[]).unwrap();
    assert_eq!(licence.at, At::Day("2027-01-19".parse().unwrap()));
    assert_eq!(licence.provisional.unwrap().years.into_iter().collect::<Vec<_>>(), [2027]);
    // A last day in 2027 that might move is provisional, one that cannot is not.
    assert!(due("public-order-case-closed", "2026-12-07", &[]).unwrap().provisional.is_some());
    assert!(due("foreigner-examination-ended", "2026-12-07", &[]).unwrap().provisional.is_none());
    assert!(due("report-passed-on", "2027-12-07", &[]).unwrap().provisional.is_none());
    assert!(due("licence-decided", "2026-11-02", &[]).unwrap().provisional.is_none());
    // Before 2007, the same.
    let early = due("licence-decided", "2006-12-25", &[]).unwrap();
    assert_eq!(early.provisional.unwrap().years.into_iter().collect::<Vec<_>>(), [2006]);
}

/// Holidays that the rule of 2024 puts on a date rest in a year whose notice is not out, and the end stays provisional.
#[test]
fn holidays_on_a_date_need_no_notice() {
    // Fri 30 Apr 2027 1; Sat 1 and Sun 2 May rest as they would; Mon 3 May is none of the rule's, 2; …
    // Thu 30 Sep 2027 1; 1 Fri, 2, 3 Oct rest; Mon 4 Oct, which the notice will give free, is 2.
    for (start, amount, end) in
        [("2027-04-29", 2, "2027-05-03"), ("2027-09-29", 2, "2027-10-04"), ("2030-04-30", 1, "2030-05-03")]
    {
        let limit = pack::days::Limit::after(amount, pack::days::Unit::Workdays);
        let deadline = pack::days::Deadline::own(limit);
        let start = start.parse::<jiff::civil::Date>().unwrap().at(9, 0, 0, 0);
        let rule = &super::LAW.default_rule.rule;
        let due = pack::days::count(start, &deadline, rule, &super::LAW.calendar, &[]).unwrap();
        assert_eq!(due.at, At::Day(end.parse().unwrap()), "{start}");
        assert!(due.provisional.is_some(), "{start}");
    }
}

/// Read in the articles themselves, each beside its row of the compiled list.
#[test]
fn rows_read_by_hand() {
    // 治安管理处罚法第一百一十六条: 二日以内送达被处罚人, natural days for want of a rule of its own. Thu 12 Feb 2026; 13 1, 14 2, a
    // Saturday that is worked. From 13 Feb: 14 1, 15 2, Spring Festival until 23 → 24 Tue.
    check("penalty-decision-served", "2026-02-12", &[], "2026-02-14");
    check("penalty-decision-served", "2026-02-13", &[], "2026-02-24");
    // 办理行政案件程序规定第一百三十七条: 收到听证申请之日起十日内举行. Thu 17 Sep 2026; 27 10, Mid-Autumn 25–27 → 28 Mon.
    check("hearing-held", "2026-09-17", &[], "2026-09-28");
    // 第二十一条: 收到申请之日起二日内. Sat 3 Oct 2026; 4 1, 5 2, National Day until 7 → 8 Thu.
    check("recusal-decided", "2026-10-03", &[], "2026-10-08");
    // 治安管理处罚法第一百二十四条: 收到罚款之日起二日以内缴付指定的银行. Wed 29 Apr 2026; 30 1, 1 May 2, Labour Day until 5 → 6 Wed.
    check("fine-banked", "2026-04-29", &[], "2026-05-06");
    // 刑事案件程序规定第一百四十条: 执行完毕后三日以内. Thu 2 Apr 2026; 3 1, 4 2, 5 3, Qingming 4–6 → 7 Tue: a receipt is no detention.
    check("release-receipt-sent", "2026-04-02", &[], "2026-04-07");
    // 第一百九十六条: 三十日以内. Tue 1 Sep 2026; 30 Sep 29; 1 Oct 30, off until 7 → 8 Thu.
    check("complaint-on-measures-answered", "2026-09-01", &[], "2026-10-08");
    // 第一百七十九条: 收到通知书后七日以内. Wed 11 Feb 2026; 12 1 … 18 7, in the festival → 24 Tue.
    check("refusal-to-file-objection", "2026-02-11", &[], "2026-02-24");
    // 第一百八十二条第二款: 十五日以内立案. Sat 31 Jan 2026; 15 Feb 15 → 24 Tue.
    check("filing-ordered", "2026-01-31", &[], "2026-02-24");
    // 行政复议法第六十二条第二款: 三十日, not among 三五七十, so natural. Mon 5 Jan 2026; 31 Jan 26; 4 Feb 30, Wed. Stayed from 15 to
    // 20 Jan, which leaves out 16–20, five days: 9 Feb, Mon.
    check("reconsideration-decided-simple", "2026-01-05", &[], "2026-02-04");
    let stay = pause("stay", "2026-01-15", "2026-01-20");
    check("reconsideration-decided-simple", "2026-01-05", &[stay], "2026-02-09");
    // 行政许可法第四十四条、第八十二条: 10 working days. Mon 28 Sep 2026; 29 1, 30 2; 1–7 Oct off; 8 3, 9 4, 10 Sat worked 5; 12–16
    // 6–10.
    check("licence-delivered", "2026-09-28", &[], "2026-10-16");
    // 居民身份证法第十二条: 六十日. Mon 3 Aug 2026; 31 Aug 28; 30 Sep 58; 2 Oct 60, off until 7 → 8 Thu. Thirty more where the roads are
    // bad: 31 Oct 89; 1 Nov 90, Sunday → 2 Mon.
    check("identity-card-issued", "2026-08-03", &[], "2026-10-08");
    check("identity-card-issued", "2026-08-03", &[extend("remote")], "2026-11-02");
    // 护照法第六条: 十五日, 可以延长至三十日. Fri 6 Feb 2026; 21 15, in the festival → 24 Tue; to 30: 28 Feb 22; 8 Mar 30, Sunday → 9
    // Mon.
    check("passport-issued", "2026-02-06", &[], "2026-02-24");
    check("passport-issued", "2026-02-06", &[extend("remote")], "2026-03-09");
    // 违法行为处理程序规定第十九条: 五日, a listed number, so working days. Wed 17 Jun 2026; 18 1; Dragon Boat 19–21; 22–25 2–5.
    check("camera-record-checked", "2026-06-17", &[], "2026-06-25");
    // 第五十一条: 七日. Thu 24 Sep 2026; 25–27 off; 28 1, 29 2, 30 3; 1–7 Oct off; 8 4, 9 5, 10 Sat worked 6; 12 Mon 7.
    check("licence-revocation-decided", "2026-09-24", &[], "2026-10-12");
    // 信访工作条例第三十四条: 60日. Fri 20 Mar 2026; 31 Mar 11; 30 Apr 41; 19 May 60, Tue. With 30日 more: 31 May 72; 18 Jun 90, Thu.
    check("petition-answered", "2026-03-20", &[], "2026-05-19");
    check("petition-answered", "2026-03-20", &[extend("complex")], "2026-06-18");
    // 办理行政案件程序规定第二百二十三条、第三十五条: 之时起二十四小时, and the hour in which it begins does not count: from 15:00.
    check("suspension-of-detention-decided", "2026-03-05T14:20", &[], "2026-03-06T15:00");
}

fn refuse(id: &str, adjustments: &[Adjustment], wanted: &str) {
    let refused = due(id, "2026-01-16", adjustments).unwrap_err();
    assert_eq!(refused.to_string(), wanted);
}

#[test]
fn what_the_law_does_not_allow_is_refused() {
    let thrice = [extend("complex"), extend("complex"), extend("complex")];
    refuse(
        "public-order-case-closed",
        &thrice,
        "extension `complex` of `public-order-case-closed` was granted as often as the law allows (2); leave this one out",
    );
    refuse(
        "public-order-case-closed",
        &[extend_by("complex", 31)],
        "extension `complex` of `public-order-case-closed` by `31` is beyond the law's 30 days; grant at most that",
    );
    refuse(
        "public-order-case-closed",
        &[extend("kind-reasons")],
        "`public-order-case-closed` has no extension `kind-reasons`; it has `complex`",
    );
    refuse(
        "custody-investigation-ended",
        &[extend("four-kinds")],
        "extension `four-kinds` of `custody-investigation-ended` may follow only `complex`; grant that first",
    );
    refuse(
        "accident-appraisal-done",
        &[extend_by("longer", 30)],
        "extension `longer` of `accident-appraisal-done` to 30 days adds nothing to what already runs; leave it out",
    );
    refuse(
        "residence-permit-issued",
        &[pause("correction", "2026-01-17", "2026-01-18")],
        "the clock of `residence-permit-issued` does not stop for `correction`; it stops for nothing",
    );
    refuse(
        "residence-permit-issued",
        &[transit("2026-01-17", "2026-01-18")],
        "time on the road counts for `residence-permit-issued`: its instrument does not leave it out",
    );
    refuse(
        "public-order-case-closed",
        &[pause("appraisal", "2026-01-18", "2026-01-17")],
        "a pause from 2026-01-18T09:00:00 to 2026-01-17T09:00:00 ends before it begins; swap the two",
    );
    refuse(
        "hearing-announced",
        &[transit("2026-01-17", "2026-01-18")],
        "`hearing-announced` is 7 days before and can be neither stopped nor extended; leave the adjustment out",
    );
    refuse(
        "call-answered",
        &[],
        "`call-answered` has no limit in the texts that were read; set the office's own promise instead",
    );
}
