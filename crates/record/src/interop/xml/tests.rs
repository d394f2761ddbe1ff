use super::{Scanner, Token};
use proptest::prelude::*;
use quick_xml::XmlVersion;
use quick_xml::events::Event;
use std::io::Read;

/// A reader that gives `step` bytes at a time, so that every piece meets the buffer's end somewhere.
struct Drip<'a> {
    bytes: &'a [u8],
    step: usize,
}

impl Read for Drip<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let count = self.step.min(out.len()).min(self.bytes.len());
        let (now, later) = self.bytes.split_at(count);
        out[..count].copy_from_slice(now);
        self.bytes = later;
        Ok(count)
    }
}

fn ours(xml: &str, step: usize) -> Result<Vec<String>, String> {
    let mut scanner = Scanner::new(Drip { bytes: xml.as_bytes(), step }, "log", true);
    let mut found = Vec::new();
    let mut empty = false;
    loop {
        if std::mem::take(&mut empty) {
            found.push("end".to_owned());
        }
        match scanner.next().map_err(|error| error.to_string())? {
            Token::Eof => return Ok(found),
            Token::End => found.push("end".to_owned()),
            Token::Text(text) => found.push(format!("text {text:?}")),
            Token::Start(tag) => {
                let mut line = format!("start {}", tag.name());
                for name in tag.names() {
                    line.push_str(&format!(" {name}={:?}", tag.get(name)?.unwrap()));
                }
                found.push(line);
                empty = tag.empty;
            }
        }
    }
}

fn theirs(xml: &str) -> Vec<String> {
    let mut reader = quick_xml::Reader::from_str(xml);
    reader.config_mut().expand_empty_elements = true;
    let mut found: Vec<String> = Vec::new();
    let mut text = String::new();
    let mut depth = 0;
    loop {
        let event = reader.read_event().unwrap();
        let texts = matches!(event, Event::Text(_) | Event::GeneralRef(_));
        if !texts && !text.is_empty() && depth > 0 {
            found.push(format!("text {text:?}"));
        }
        if !texts {
            text.clear();
        }
        match event {
            Event::Eof => return found,
            Event::Start(tag) => {
                depth += 1;
                let mut line = format!("start {}", tag.local_name().as_ref());
                for attribute in tag.attributes() {
                    let attribute = attribute.unwrap();
                    let value = attribute.normalized_value(XmlVersion::Implicit1_0).unwrap();
                    let name = attribute.key.as_ref();
                    line.push_str(&format!(" {name}={value:?}"));
                }
                found.push(line);
            }
            Event::End(_) => {
                depth -= 1;
                found.push("end".to_owned());
            }
            Event::Text(own) => text.push_str(&own.xml10_content()),
            Event::GeneralRef(own) => match own.resolve_char_ref().unwrap() {
                Some(character) => text.push(character),
                None => {
                    let name = own.to_string();
                    text.push_str(quick_xml::escape::resolve_predefined_entity(&name).unwrap());
                }
            },
            Event::CData(own) => found.push(format!("text {:?}", own.to_string())),
            _ => {}
        }
    }
}

fn content() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a", " ", "\n", "\t", "\r\n", "\r", "受理", "&lt;", "&amp;", "&quot;", "&apos;", "&gt;", "&#10;",
        "&#x4E2D;", "]", "-", "/", "=", "😀",
    ]);
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

fn element() -> impl Strategy<Value = String> {
    let attribute = (prop::sample::select(vec!["key", "value", "xes:v"]), content(), any::<bool>());
    let attributes = prop::collection::btree_map("[a-c]", attribute, 0..3).prop_map(|own| {
        let mut text = String::new();
        for (prefix, (name, value, single)) in own {
            let quote = if single { '\'' } else { '"' };
            text.push_str(&format!(" {prefix}{name} = {quote}{value}>{quote}"));
        }
        text
    });
    let leaf = (prop::sample::select(vec!["string", "x:date", "事件"]), attributes);
    let leaf = leaf.prop_map(|(name, attributes)| (name, attributes, String::new()));
    leaf.prop_map(|(name, attributes, _)| format!("<{name}{attributes}/>")).prop_recursive(
        4,
        24,
        4,
        |inner| {
            let part = prop_oneof![
                4 => inner,
                2 => content(),
                1 => Just("<!-- <not> & this -->".to_owned()),
                1 => Just("<![CDATA[<a> & ]] b]]>".to_owned()),
                1 => Just("<?run me?>".to_owned()),
            ];
            prop::collection::vec(part, 0..4)
                .prop_map(|parts| format!("<list n='1' >{}</list >", parts.concat()))
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn reads_what_another_reader_reads(root in element(), step in 1usize..40) {
        let xml = format!("\u{FEFF}<?xml version=\"1.0\" encoding='UTF-8'?>\n<!DOCTYPE list>\n{root}\n<!-- end -->\n");
        prop_assert_eq!(ours(&xml, step).unwrap(), theirs(xml.trim_start_matches('\u{FEFF}')));
    }

    #[test]
    fn never_panics(xml in "[<>/!?=&;#x\"' a\\-\\[\\]é\n]{0,40}", step in 1usize..5) {
        let _ = ours(&xml, step);
    }
}
