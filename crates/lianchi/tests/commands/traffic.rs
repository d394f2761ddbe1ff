use crate::transcript::Desk;
use serde_json::json;
use traffic::sample::Town;

/// A small town with its demand, a crossing as CityFlow writes one, and lines on them. How long it took is not told.
fn check(town: Town, lines: &[&str]) -> String {
    let (net, demand) = (town.network(), town.demand());
    let (roads, flows) = cityflow();
    let plan = |signal: &str, lights: &str| {
        let phase = format!("<phase duration=\"20\" state=\"{lights}\"/>");
        format!("<additional>\n <tlLogic id=\"{signal}\">\n  {phase}\n </tlLogic>\n</additional>\n")
    };
    let (whole, elsewhere) = (plan("n0_0", "GGgrrrGGgrrr"), plan("elsewhere", "GGgrrrGGgrrr"));
    let short = plan("n0_0", "GGg");
    let closed = "<additional>\n <rerouter id=\"works\" edges=\"n0_0ton1_0\">\n  <interval begin=\"120\" end=\"600\">\n   \
         <closingLaneReroute id=\"n0_0ton1_0_0\" disallow=\"all\"/>\n  </interval>\n </rerouter>\n</additional>\n";
    let empty = "<routes/>";
    let broken = demand.replacen("depart=\"", "depart=\"soon", 1);
    let files = [
        ("town.net.xml", net.as_bytes()),
        ("town.rou.xml", demand.as_bytes()),
        ("empty.rou.xml", empty.as_bytes()),
        ("broken.rou.xml", broken.as_bytes()),
        ("roads.json", roads.as_bytes()),
        ("flows.json", flows.as_bytes()),
        ("whole.add.xml", whole.as_bytes()),
        ("elsewhere.add.xml", elsewhere.as_bytes()),
        ("short.add.xml", short.as_bytes()),
        ("closed.add.xml", closed.as_bytes()),
    ];
    let mut desk = Desk::new(&files);
    lines.iter().for_each(|line| desk.run(line));
    let own = |line: &&str| !line.starts_with("speed ");
    let told: Vec<String> = desk.told().lines().filter(own).map(|line| format!("{line}\n")).collect();
    told.concat()
}

/// Two streets that cross at a signal, one from west to east and one from south to north, and who drives there.
fn cityflow() -> (String, String) {
    let ends = [("west", -200, 0), ("east", 200, 0), ("south", 0, -200), ("north", 0, 200)];
    let point = |(_, x, y): (&str, i32, i32)| json!({ "x": x, "y": y });
    let middle = ("middle", 0, 0);
    let road = |name: &str, from: (&str, i32, i32), to: (&str, i32, i32)| {
        json!({ "id": name, "startIntersection": from.0, "endIntersection": to.0, "points": [point(from), point(to)],
            "lanes": [{ "width": 4, "maxSpeed": 11.111 }] })
    };
    let end = |at: (&str, i32, i32)| json!({ "id": at.0, "point": point(at), "width": 0, "virtual": true });
    let across = |from: &str, to: &str, points: [[i32; 2]; 2]| {
        let points = points.map(|[x, y]| json!({ "x": x, "y": y }));
        json!({ "type": "go_straight", "startRoad": from, "endRoad": to,
            "laneLinks": [{ "startLaneIndex": 0, "endLaneIndex": 0, "points": points }] })
    };
    let links = [across("in", "out", [[-10, -2], [10, -2]]), across("up", "on", [[2, -10], [2, 10]])];
    let phase = |seconds: u32, free: &[u32]| json!({ "time": seconds, "availableRoadLinks": free });
    let phases = [phase(5, &[]), phase(20, &[0]), phase(5, &[]), phase(20, &[1])];
    let crossing = json!({ "id": "middle", "point": point(middle), "width": 10, "virtual": false, "roadLinks": links,
        "trafficLight": { "lightphases": phases } });
    let mut crossings = ends.map(end).to_vec();
    crossings.push(crossing);
    let roads = [
        road("in", ends[0], middle),
        road("out", middle, ends[1]),
        road("up", ends[2], middle),
        road("on", middle, ends[3]),
    ];
    let vehicle = json!({ "length": 5, "width": 2, "maxPosAcc": 2, "maxNegAcc": 4.5, "usualPosAcc": 2,
        "usualNegAcc": 4.5, "minGap": 2.5, "maxSpeed": 11.111, "headwayTime": 2 });
    let flow = |route: [&str; 2], every: u32| json!({ "vehicle": vehicle, "route": route, "interval": every, "startTime": 0, "endTime": 300 });
    let flows = json!([flow(["in", "out"], 6), flow(["up", "on"], 10)]);
    (json!({ "intersections": crossings, "roads": roads }).to_string(), flows.to_string())
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
            "traffic compare town.net.xml town.rou.xml --seconds 900 --seeds 2 --scale 1.5 --controllers \
             max-pressure,efficient-pressure,advanced-pressure,gap-out",
        ]
    ));
}

/// A plan that was searched for is run and held against others; the same tries find the same plan.
#[test]
fn plans_are_searched_for() {
    insta::assert_snapshot!(check(
        Town { block: 250.0, vehicles: 1000, ..TOWN },
        &[
            "traffic tune town.net.xml town.rou.xml --seconds 600 --tries 25 --seeds 1 --out plan.add.xml",
            "traffic tune town.net.xml town.rou.xml --seconds 600 --tries 25 --seeds 1 --out again.add.xml --json",
            "traffic run town.net.xml town.rou.xml --seconds 600 --controller plan --plan plan.add.xml",
            "traffic run town.net.xml town.rou.xml --seconds 600 --controller plan --plan again.add.xml",
            "traffic compare town.net.xml town.rou.xml --seconds 600 --seeds 2 --controllers program,fixed,plan \
             --plan plan.add.xml",
            "traffic tune roads.json flows.json --seconds 300 --tries 10 --seeds 1 --out roads.add.xml",
            "traffic run roads.json flows.json --seconds 300 --controller plan --plan roads.add.xml",
        ]
    ));
}

#[test]
fn what_is_asked_wrongly_of_plans_is_told() {
    insta::assert_snapshot!(
        check(
            Town { signals: false, ..TOWN },
            &["traffic tune town.net.xml town.rou.xml --seconds 300 --tries 1 --out plan.add.xml"]
        ) + &check(
            TOWN,
            &[
                "traffic tune town.net.xml town.rou.xml",
                "traffic tune town.net.xml town.rou.xml --search 0 --out plan.add.xml",
                "traffic tune town.net.xml town.rou.xml --seeds 0 --out plan.add.xml",
                "traffic tune town.net.xml town.rou.xml --seconds 60 --tries 0 --out nowhere/plan.add.xml",
                "traffic tune town.net.xml town.rou.xml --plan whole.add.xml --out plan.add.xml",
                "traffic tune town.net.xml empty.rou.xml --out plan.add.xml",
                "traffic run town.net.xml town.rou.xml --controller plan",
                "traffic run town.net.xml town.rou.xml --plan whole.add.xml",
                "traffic run town.net.xml town.rou.xml --controller plan --plan nowhere.add.xml",
                "traffic run town.net.xml town.rou.xml --controller plan --plan town.rou.xml",
                "traffic run town.net.xml town.rou.xml --controller plan --plan elsewhere.add.xml",
                "traffic run town.net.xml town.rou.xml --controller plan --plan short.add.xml",
                "traffic run town.net.xml town.rou.xml --controller plan --plan roads.json",
                "traffic compare town.net.xml town.rou.xml --controllers program,plan",
                "traffic compare town.net.xml town.rou.xml --plan whole.add.xml",
            ]
        )
    );
}

/// The same traffic by other rules: as queues, as in SUMO, as in CityFlow; each says by which it drove.
#[test]
fn rules_are_chosen() {
    insta::assert_snapshot!(check(
        TOWN,
        &[
            "traffic run town.net.xml town.rou.xml --seconds 600",
            "traffic run town.net.xml town.rou.xml --seconds 600 --rules sumo",
            "traffic run town.net.xml town.rou.xml --seconds 600 --meso",
            "traffic run town.net.xml town.rou.xml --seconds 600 --meso --controller foresight --threads 2",
            "traffic compare town.net.xml town.rou.xml --seconds 600 --seeds 2 --meso",
            "traffic run roads.json flows.json --seconds 300",
            "traffic run roads.json flows.json --seconds 300 --rules cityflow --threads 2",
            "traffic run roads.json flows.json --seconds 300 --rules sumo",
            "traffic run roads.json flows.json --seconds 300 --meso",
            "traffic run town.net.xml town.rou.xml --rules cityflow",
            "traffic run town.net.xml town.rou.xml --rules waymo",
            "traffic run town.net.xml town.rou.xml --rules sumo --meso",
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
            "traffic run town.net.xml town.rou.xml --seconds nan",
            "traffic run town.net.xml town.rou.xml --seconds -5",
            "traffic run town.net.xml town.rou.xml --seconds 1e300",
            "traffic run town.net.xml town.rou.xml --begin nan",
            "traffic run town.net.xml town.rou.xml --yellow -3",
            "traffic run town.net.xml town.rou.xml --yellow nan",
            "traffic run town.net.xml town.rou.xml --decide 0",
            "traffic run town.net.xml town.rou.xml --decide 2.5",
            "traffic run town.net.xml town.rou.xml --threads 0",
            "traffic run town.net.xml town.rou.xml --interval 0",
            "traffic run town.net.xml town.rou.xml --seconds 60 --measures nowhere/measures.csv",
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
        (
            "town.add.xml",
            b"<additional>\n <inductionLoop id=\"loop\" lane=\"n0_0ton1_0_0\" pos=\"-20\" period=\"100\"/>\n \
            <laneAreaDetector id=\"area\" lane=\"n-1_0ton0_0_0\" pos=\"-50\" period=\"100\"/>\n <rerouter id=\"works\" \
            edges=\"n-1_0ton0_0\"><interval begin=\"100\" end=\"200\"><closingLaneReroute id=\"n0_0ton0_1_0\"/></interval>\
            </rerouter>\n</additional>\n",
        ),
    ]);
    desk.run(
        "traffic run town.net.xml town.rou.xml town.add.xml --controller foresight --seconds 300 --replay replay --json",
    );
    let replay = std::fs::read(desk.path().join("replay")).unwrap();
    let lines: Vec<&[u8]> = replay.splitn(3, |byte| *byte == b'\n').collect();
    let mut head: serde_json::Value = serde_json::from_slice(lines[1]).unwrap();
    assert_eq!(head["closed"].as_array().unwrap().len(), 1, "{}", head["closed"]);
    let [from, to] = [1, 2].map(|at| head["closed"][0][at].as_f64());
    assert_eq!((from, to), (Some(100.0), Some(200.0)));
    let detectors = head["detectors"].as_array().unwrap();
    let names: Vec<&str> = detectors.iter().map(|one| one[0].as_str().unwrap()).collect();
    assert_eq!((names, head["counted"].as_array().unwrap().len()), (vec!["loop", "area"], 6));
    head["detectors"][0][2][0][0] = 10_000.into();
    let bent = head.to_string();
    desk.put("bent", &[lines[0], bent.as_bytes(), lines[2]].join(&b"\n"[..]));
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
        "traffic show town.net.xml --replay bent --html page.html",
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

/// What happened is written by place and interval, and adds up to what is told of the whole.
#[test]
fn places_and_intervals_are_measured() {
    let mut desk =
        Desk::new(&[("town.net.xml", TOWN.network().as_bytes()), ("town.rou.xml", TOWN.demand().as_bytes())]);
    desk.run(
        "traffic run town.net.xml town.rou.xml --seconds 600 --interval 240 --measures measures.csv --json",
    );
    let text = std::fs::read_to_string(desk.path().join("measures.csv")).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let head = lines.next().unwrap();
    let rows: Vec<Vec<&str>> = lines.collect();
    let column = |name: &str| head.iter().position(|one| *one == name).unwrap();
    let sum = |what: &str, name: &str| -> f64 {
        rows.iter().filter(|row| row[0] == what).map(|row| row[column(name)].parse::<f64>().unwrap()).sum()
    };
    assert!(rows.iter().all(|row| row.len() == head.len()));
    let told = desk.told();
    let whole: serde_json::Value =
        serde_json::from_str(&told[told.find('{').unwrap()..=told.rfind('}').unwrap()]).unwrap();
    assert_eq!(Some(sum("network", "left")), whole["finished"].as_f64());
    assert_eq!(sum("network", "vehicle_seconds"), sum("junction", "vehicle_seconds"));
    assert!(sum("link", "vehicle_seconds") < sum("network", "vehicle_seconds"));
    let network: Vec<String> =
        rows.iter().filter(|row| row[0] == "network").map(|row| row.join(",")).collect();
    insta::assert_snapshot!(head.join(",") + "\n" + &network.join("\n"));
}

/// What detectors count is written with SUMO's names.
#[test]
fn detectors_tell_what_they_count() {
    let detectors = "<additional>\n <inductionLoop id=\"&lt;loop&gt;\" lane=\"n0_0ton1_0_0\" pos=\"-20\" period=\"300\"/>\n \
         <laneAreaDetector id=\"area\" lane=\"n-1_0ton0_0_0\" pos=\"-50\"/>\n <entryExitDetector id=\"zone\">\n  \
         <detEntry lane=\"n-1_0ton0_0_0\" pos=\"50\"/><detExit lane=\"n0_0ton1_0_0\" pos=\"5\"/>\n </entryExitDetector>\n</additional>\n";
    let (roads, flows) = cityflow();
    let mut desk = Desk::new(&[
        ("town.net.xml", TOWN.network().as_bytes()),
        ("town.rou.xml", TOWN.demand().as_bytes()),
        ("town.add.xml", detectors.as_bytes()),
        ("broken.add.xml", detectors.replace("-20", "200").as_bytes()),
        ("roads.json", roads.as_bytes()),
        ("flows.json", flows.as_bytes()),
    ]);
    desk.run(
        "traffic run town.net.xml town.rou.xml town.add.xml --seconds 500 --detectors counts.xml --json",
    );
    let before = desk.told().len();
    for line in [
        "traffic run town.net.xml town.rou.xml --detectors counts.xml",
        "traffic run town.net.xml town.rou.xml broken.add.xml --detectors counts.xml",
        "traffic run town.net.xml town.rou.xml town.add.xml --meso --detectors counts.xml",
        "traffic run roads.json flows.json --detectors counts.xml",
        "traffic run town.net.xml town.rou.xml town.add.xml --seconds 60 --detectors nowhere/counts.xml",
    ] {
        desk.run(line);
    }
    let counts = std::fs::read_to_string(desk.path().join("counts.xml")).unwrap();
    insta::assert_snapshot!(counts + &desk.told()[before..]);
}

/// Lanes and edges are closed on the command line or by a file, and what is asked wrongly is told.
#[test]
fn lanes_are_closed() {
    insta::assert_snapshot!(check(
        TOWN,
        &[
            "traffic run town.net.xml town.rou.xml --seconds 1200 --close n0_0ton1_0@200-800 --close n1_0ton2_0_0@300-600",
            "traffic run town.net.xml town.rou.xml --seconds 1200 --meso --close n0_0ton1_0",
            "traffic run town.net.xml town.rou.xml closed.add.xml --seconds 900",
            "traffic run town.net.xml town.rou.xml --close n0_0ton1_0@800-200",
            "traffic run town.net.xml town.rou.xml --close n0_0ton1_0@soon",
            "traffic run town.net.xml town.rou.xml --close nowhere@1-2",
            "traffic run town.net.xml town.rou.xml --close :n0_0_0_0",
            "traffic run roads.json flows.json --close in_0@60-120",
            "traffic run roads.json flows.json closed.add.xml",
            "traffic run roads.json flows.json --rules sumo --close in_0@60-120 --seconds 900",
        ]
    ));
}
