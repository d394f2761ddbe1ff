use oversight::check::{Until, check};
use oversight::condition::Language;
use oversight::log::Log;
use oversight::map::{Beside, Follows, Most, Shown, svg, variants};
use std::time::Instant;
fn main() {
    let path = std::env::args().nth(1).unwrap_or_default();
    let start = Instant::now();
    let mut log = Log::new();
    let source = record::interop::Source::File(std::path::Path::new(&path));
    record::interop::read(&source, &record::interop::Options::default(), &mut |event| {
        let _ = log.push(&event);
        Ok(())
    })
    .map_err(|e| e.to_string())
    .expect("log");
    eprintln!("read {} events {:?}", log.len(), start.elapsed());
    let start = Instant::now();
    let traces = log.traces("case").expect("traces");
    eprintln!("traces {} {:?} straight {}", traces.len(), start.elapsed(), traces.is_straight());
    for _ in 0..3 {
        let start = Instant::now();
        let graph = Follows::of(&log, &traces);
        eprintln!("follows {} {:?}", graph.edges.len(), start.elapsed());
        let start = Instant::now();
        let ways = variants(&log, &traces);
        eprintln!("variants {} {:?}", ways.len(), start.elapsed());
    }
    let graph = Follows::of(&log, &traces);
    let start = Instant::now();
    let picture = svg(&log, &graph, &Shown::of(&graph, Most::default()), Beside::Count);
    eprintln!("svg {:?}", start.elapsed());
    std::fs::write("/tmp/lead/map.svg", picture).expect("svg");
    if let Some(decl) = std::env::args().nth(2) {
        let text = std::fs::read_to_string(decl).expect("decl");
        let declared = match oversight::decl::read(&text) {
            Ok(d) => d,
            Err(p) => {
                p.iter().for_each(|p| println!("{p}"));
                return;
            }
        };
        let language = Language::new(&log, &declared.attributes);
        let models = match declared.models(&language) {
            Ok(d) => d,
            Err(p) => {
                p.iter().for_each(|p| println!("{p}"));
                return;
            }
        };
        for _ in 0..3 {
            let start = Instant::now();
            let mut n = 0;
            let all = check(&log, &traces, &models, Until::Closed, &mut |_, _| n += 1);
            eprintln!("check {} models {} findings {:?}", models.len(), n, start.elapsed());
            if n > 0 {
                all.iter().zip(&models).for_each(|(s, m)| println!("{} {:?}", m.name, s));
            }
        }
    }
}
