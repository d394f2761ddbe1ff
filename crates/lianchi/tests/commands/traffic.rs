use crate::transcript::Desk;
use traffic::sample::Town;

/// A small town with its demand, and lines on it. How long it took is not told.
fn check(town: Town, lines: &[&str]) -> String {
    let (net, demand) = (town.network(), town.demand());
    let empty = "<routes/>";
    let broken = demand.replacen("depart=\"", "depart=\"soon", 1);
    let files = [
        ("town.net.xml", net.as_bytes()),
        ("town.rou.xml", demand.as_bytes()),
        ("empty.rou.xml", empty.as_bytes()),
        ("broken.rou.xml", broken.as_bytes()),
    ];
    let mut desk = Desk::new(&files);
    lines.iter().for_each(|line| desk.run(line));
    let own = |line: &&str| !line.starts_with("speed ");
    let told: Vec<String> = desk.told().lines().filter(own).map(|line| format!("{line}\n")).collect();
    told.concat()
}

const TOWN: Town = Town { size: [2, 1], block: 150.0, vehicles: 300, seed: 3, signals: true };

#[test]
fn controllers_are_compared() {
    insta::assert_snapshot!(check(
        TOWN,
        &[
            "traffic run town.net.xml town.rou.xml --controller foresight --seconds 600",
            "traffic compare town.net.xml town.rou.xml --seconds 900 --seeds 3",
            "traffic compare town.net.xml town.rou.xml --seconds 900 --seeds 1 --controllers actuated,foresight --scale 1.5",
            "traffic compare town.net.xml town.rou.xml --seconds 300 --seeds 2 --controllers foresight --json",
        ]
    ));
}

#[test]
fn what_is_asked_wrongly_of_traffic_is_told() {
    insta::assert_snapshot!(check(
        TOWN,
        &[
            "traffic run town.net.xml",
            "traffic run nowhere.net.xml town.rou.xml",
            "traffic run town.net.xml empty.rou.xml",
            "traffic run town.net.xml broken.rou.xml",
            "traffic run town.rou.xml town.rou.xml",
            "traffic run town.net.xml town.rou.xml --scale 0",
            "traffic run town.net.xml town.rou.xml --broken here",
            "traffic run town.net.xml town.rou.xml --broken here=dead",
            "traffic run town.net.xml town.rou.xml --controller actuated --why why.csv",
            "traffic compare town.net.xml town.rou.xml --controllers actuated,actuated",
            "traffic compare town.net.xml town.rou.xml --controllers clever",
            "traffic compare town.net.xml town.rou.xml --seeds 0",
        ]
    ));
}

/// What happened is drawn as a page that holds all of it, and as a picture; a replay that is not whole is refused.
#[test]
fn what_happened_is_drawn() {
    let mut desk = Desk::new(&[
        ("town.net.xml", TOWN.network().as_bytes()),
        ("town.rou.xml", TOWN.demand().as_bytes()),
        ("other.net.xml", Town { size: [1, 1], ..TOWN }.network().as_bytes()),
    ]);
    desk.run(
        "traffic run town.net.xml town.rou.xml --controller foresight --seconds 300 --replay replay --json",
    );
    let replay = std::fs::read(desk.path().join("replay")).unwrap();
    desk.put("cut", &replay[..replay.len() - 40]);
    desk.put("short", &replay[..30]);
    desk.put("letter", b"Dear all");
    let before = desk.told().len();
    for line in [
        "traffic show town.net.xml --replay replay --html page.html --svg picture.svg",
        "traffic show town.net.xml --replay replay --html page.html --json",
        "traffic show town.net.xml --svg empty.svg",
        "traffic show town.net.xml",
        "traffic show town.net.xml --replay cut --html page.html",
        "traffic show town.net.xml --replay short --html page.html",
        "traffic show town.net.xml --replay letter --html page.html",
        "traffic show town.net.xml --replay nowhere --html page.html",
        "traffic show other.net.xml --replay replay --html page.html",
        "traffic show town.net.xml --replay replay --html nowhere/page.html",
    ] {
        desk.run(line);
    }
    insta::assert_snapshot!(&desk.told()[before..]);
    let page = std::fs::read_to_string(desk.path().join("page.html")).unwrap();
    assert!(page.contains("\"seconds\":300") && page.contains("\"decisions\":[[") && !page.contains("{{"));
    let picture = std::fs::read_to_string(desk.path().join("picture.svg")).unwrap();
    assert!(picture.contains("#2f9e5b") && picture.ends_with("</svg>\n"));
}

/// Each decision stands in the file with what was reckoned, and the least was chosen.
#[test]
fn decisions_are_written_with_their_reasons() {
    let mut desk =
        Desk::new(&[("town.net.xml", TOWN.network().as_bytes()), ("town.rou.xml", TOWN.demand().as_bytes())]);
    desk.run("traffic run town.net.xml town.rou.xml --controller foresight --seconds 600 --why why.csv --trips trips.csv");
    let why = std::fs::read_to_string(desk.path().join("why.csv")).unwrap();
    let mut lines = why.lines();
    let head: Vec<&str> = lines.next().unwrap().split(',').collect();
    assert_eq!(head.get(..4), Some(&["second", "signal", "shown", "chosen"][..]));
    let mut decisions = 0;
    for line in lines {
        let cells: Vec<&str> = line.split(',').collect();
        assert_eq!(cells.len(), head.len(), "{line}");
        let waiting: Vec<f64> = cells[4..].iter().map(|cell| cell.parse().unwrap_or(f64::INFINITY)).collect();
        let chosen: usize = cells[3].parse().unwrap();
        assert!(waiting.iter().all(|other| waiting[chosen] <= *other), "{line}");
        decisions += 1;
    }
    assert!(decisions > 50, "{decisions} decisions");
    let trips = std::fs::read_to_string(desk.path().join("trips.csv")).unwrap();
    assert!(trips.lines().count() > 20, "{trips}");
}
