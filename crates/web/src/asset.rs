use crate::text::Lang;
use record::Digest;
use std::sync::LazyLock;

/// A file that pages refer to. Its address holds the digest of its content, so browsers may keep it for ever.
#[derive(Clone, Debug)]
pub struct Asset {
    /// Its name.
    pub name: &'static str,
    /// Its address: `/assets/<16 digits>/<name>`; the service worker alone has a fixed one, since it must stand at
    /// the root.
    pub url: String,
    /// Its content.
    pub bytes: Vec<u8>,
    /// Its media type.
    pub mime: &'static str,
}

const STYLE: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const ICON: &str = "image/svg+xml";
const MANIFEST: &str = "application/manifest+json";

/// Where the service worker stands: its folder is what it may answer for.
pub const WORKER: &str = "/sw.js";

/// Each file after those that it names by `@asset(name)`.
const FILES: [(&str, &str, &str); 15] = [
    ("pond.svg", ICON, include_str!("../assets/pond.svg")),
    ("lianchi.css", STYLE, include_str!("../assets/lianchi.css")),
    ("icon.svg", ICON, include_str!("../assets/icon.svg")),
    ("icon-maskable.svg", ICON, include_str!("../assets/icon-maskable.svg")),
    ("keep.js", SCRIPT, include_str!("../assets/keep.js")),
    ("materials.js", SCRIPT, include_str!("../assets/materials.js")),
    ("app.js", SCRIPT, include_str!("../assets/app.js")),
    ("form.js", SCRIPT, include_str!("../assets/form.js")),
    ("live.js", SCRIPT, include_str!("../assets/live.js")),
    ("keys.js", SCRIPT, include_str!("../assets/keys.js")),
    ("drawing.js", SCRIPT, include_str!("../assets/drawing.js")),
    ("kiosk.js", SCRIPT, include_str!("../assets/kiosk.js")),
    ("zh.webmanifest", MANIFEST, include_str!("../assets/zh.webmanifest")),
    ("en.webmanifest", MANIFEST, include_str!("../assets/en.webmanifest")),
    ("sw.js", SCRIPT, include_str!("../assets/sw.js")),
];

static ALL: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let mut all: Vec<Asset> = Vec::with_capacity(FILES.len());
    for (name, mime, source) in FILES {
        let text = all.iter().fold(source.to_owned(), |text, asset| {
            text.replace(&format!("@asset({})", asset.name), &asset.url)
        });
        let digest = Digest::of(text.as_bytes()).to_string();
        let digest = digest.get(..16).unwrap_or_default();
        let url = if name == "sw.js" { WORKER.to_owned() } else { format!("/assets/{digest}/{name}") };
        all.push(Asset { name, url, bytes: text.into_bytes(), mime });
    }
    all
});

/// Every file.
pub fn all() -> &'static [Asset] {
    &ALL
}

/// The address of the file `name`; of nothing, for a name that is none.
pub fn url(name: &str) -> &'static str {
    ALL.iter().find(|asset| asset.name == name).map_or("", |asset| asset.url.as_str())
}

/// The file at an address.
pub fn at(url: &str) -> Option<&'static Asset> {
    ALL.iter().find(|asset| asset.url == url)
}

/// The name of the manifest that makes the site installable.
pub fn manifest(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => "zh.webmanifest",
        Lang::En => "en.webmanifest",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_small_and_refer_to_files_that_exist() {
        let size = |mime: &str| all().iter().filter(|a| a.mime == mime).map(|a| a.bytes.len()).sum::<usize>();
        assert!(size(STYLE) <= 24_576, "style: {}", size(STYLE));
        assert!(size(SCRIPT) <= 40_960, "scripts: {}", size(SCRIPT));
        for asset in all() {
            let text = std::str::from_utf8(&asset.bytes).unwrap();
            assert!(!text.contains("@asset("), "{} names a file that does not stand before it", asset.name);
            assert_eq!(at(&asset.url).map(|found| found.name), Some(asset.name));
        }
    }
}
