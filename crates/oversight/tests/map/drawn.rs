//! What is drawn: connected, every link there, nothing across what is written.

use super::{events, read};
use oversight::map::{Beside, Colour, Follows, Lapses, Look, Most, Shown, Words, svg};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// The activities that can be reached along the edges that are shown, from those where cases begin, or against them from
/// those where they end.
fn reached(graph: &Follows, shown: &Shown, forward: bool) -> BTreeSet<u32> {
    let ends = if forward { &graph.first } else { &graph.last };
    let mut reached: BTreeSet<u32> =
        shown.activities.iter().copied().filter(|code| ends[*code as usize] > 0).collect();
    for _ in 0..graph.count.len() {
        for edge in shown.edges.iter().map(|at| graph.edges[*at]) {
            let (near, far) = if forward { (edge.from, edge.to) } else { (edge.to, edge.from) };
            if reached.contains(&near) {
                reached.insert(far);
            }
        }
    }
    reached
}

proptest! {
    #[test]
    fn nothing_hangs_loose(
        events in events(),
        activities in 0_usize..6,
        edges in 0_usize..12,
        shares in (0.0_f64..1.0, 0.0_f64..1.0),
    ) {
        read(&events, |cases, _| {
            let graph = Follows::of(cases);
            let most = Most { activities, edges, activity_share: shares.0, edge_share: shares.1 };
            let shown = Shown::of(&graph, most);
            assert_eq!(reached(&graph, &shown, true), shown.activities);
            assert_eq!(reached(&graph, &shown, false), shown.activities);
            let busiest = (0..).zip(&graph.count).max_by_key(|(code, count)| (**count, std::cmp::Reverse(*code)));
            assert!(shown.activities.contains(&busiest.unwrap().0));
            let all = Shown::of(&graph, Most { activities: 99, edges: 9_999, ..Most::default() });
            assert_eq!(all.edges.len(), graph.edges.len());
        });
    }

    #[test]
    fn every_activity_and_edge_is_a_link(events in events()) {
        read(&events, |cases, _| {
            let graph = Follows::of(cases);
            let lapses = Lapses::of(cases, &graph);
            let shown = Shown::of(&graph, Most::default());
            for (_, beside) in Beside::ALL {
                let drawn = svg(&Look {
                    graph: &graph,
                    lapses: &lapses,
                    shown: &shown,
                    fit: None,
                    beside,
                    colour: Colour::Time,
                    words: &Words::ZH,
                    name: &|code| format!("<{}>", cases.name(code)),
                    link: &|from, to| Some(format!("/to?{from}&{}", to.map_or("all".to_owned(), |to| to.to_string()))),
                });
                for code in &shown.activities {
                    assert!(drawn.contains(&format!("href=\"/to?{code}&amp;all\"")));
                }
                for edge in shown.edges.iter().map(|at| graph.edges[*at]) {
                    assert!(drawn.contains(&format!("href=\"/to?{}&amp;{}\"", edge.from, edge.to)));
                }
                assert_eq!(drawn.matches("<a ").count(), shown.activities.len() + shown.edges.len());
                assert!(!drawn.contains("<<") && drawn.contains("&lt;"));
            }
        });
    }
}
