//! Pages of text, lines and squares, and the PDF that they make. A font is handed in; none is shipped.

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str};
use std::collections::{BTreeMap, BTreeSet};
use subsetter::GlyphRemapper;

/// A sheet of A4 upright, in points.
pub const WIDTH: f32 = 595.28;
/// Its height.
pub const HEIGHT: f32 = 841.89;

/// Where a text stands beside its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// It begins there.
    Left,
    /// It ends there.
    Right,
}

enum Item {
    Text(f32, f32, f32, Align, String),
    Box(f32, f32, f32, f32),
}

/// A page; places are in points from its upper left corner.
#[derive(Default)]
pub struct Page(Vec<Item>);

impl Page {
    /// Puts a text on its base line.
    pub fn text(&mut self, [x, y]: [f32; 2], size: f32, align: Align, text: impl Into<String>) {
        self.0.push(Item::Text(x, y, size, align, text.into()));
    }

    /// Fills a box with black: a rule, or a square of a QR code.
    pub fn fill(&mut self, [x, y]: [f32; 2], [width, height]: [f32; 2]) {
        self.0.push(Item::Box(x, y, width, height));
    }
}

/// A font for Chinese: TrueType or OpenType, or a collection, of which the face for simplified Chinese is taken.
pub struct Font<'d> {
    data: &'d [u8],
    index: u32,
    pub(super) face: ttf_parser::Face<'d>,
}

/// Why something cannot be printed.
#[derive(Debug, thiserror::Error)]
pub enum NotPrinted {
    /// The font is none.
    #[error("this is no font that can be read ({0}); name a TrueType or OpenType font with Chinese letters")]
    NoFont(String),
    /// The font lacks letters.
    #[error("the font has no `{0}`; name one that has, such as a font with the letters of GB 18030")]
    Letters(String),
    /// Something is too long for a QR code.
    #[error("`{0}` is too long for a QR code")]
    Long(String),
}

impl<'d> Font<'d> {
    /// Reads a font.
    pub fn read(data: &'d [u8]) -> Result<Self, NotPrinted> {
        let faces = ttf_parser::fonts_in_collection(data).unwrap_or(1);
        let parse = |index| ttf_parser::Face::parse(data, index);
        let simplified = |index: &u32| {
            let names = |face: &ttf_parser::Face<'_>| {
                let mut names = face
                    .names()
                    .into_iter()
                    .filter(|name| name.is_unicode())
                    .filter_map(|name| name.to_string());
                names.any(|name| name.split(' ').any(|word| word == "SC" || word == "GB"))
            };
            faces > 1 && parse(*index).is_ok_and(|face| names(&face))
        };
        let index = (0..faces.min(64)).find(simplified).unwrap_or(0);
        let face = parse(index).map_err(|error| NotPrinted::NoFont(error.to_string()))?;
        Ok(Self { data, index, face })
    }

    pub(super) fn advance(&self, glyph: ttf_parser::GlyphId) -> f32 {
        let units = f32::from(self.face.units_per_em());
        self.face.glyph_hor_advance(glyph).map_or(1.0, |advance| f32::from(advance) / units)
    }

    /// How wide a text is at a size of one.
    pub fn width(&self, text: &str) -> f32 {
        text.chars().filter_map(|letter| self.face.glyph_index(letter)).map(|glyph| self.advance(glyph)).sum()
    }
}

/// The document. Every letter that the font lacks is told.
pub fn document(font: &Font<'_>, pages: &[Page]) -> Result<Vec<u8>, NotPrinted> {
    let letters: BTreeSet<char> = pages
        .iter()
        .flat_map(|page| &page.0)
        .map(|item| match item {
            Item::Text(_, _, _, _, text) => text.as_str(),
            Item::Box(..) => "",
        })
        .flat_map(str::chars)
        .collect();
    let missing: String = letters.iter().filter(|letter| font.face.glyph_index(**letter).is_none()).collect();
    if !missing.is_empty() {
        return Err(NotPrinted::Letters(missing));
    }
    let mut remapper = GlyphRemapper::new();
    let mut glyphs: BTreeMap<char, (u16, f32)> = BTreeMap::new();
    for letter in letters {
        if let Some(glyph) = font.face.glyph_index(letter) {
            glyphs.insert(letter, (remapper.remap(glyph.0), font.advance(glyph)));
        }
    }
    let program = subsetter::subset(font.data, font.index, &remapper)
        .map_err(|error| NotPrinted::NoFont(error.to_string()))?;
    let mut pdf = Pdf::new();
    let [catalog, tree, of_font] = [1, 2, 3].map(Ref::new);
    pdf.catalog(catalog).pages(tree);
    let place = |page: usize, part: usize| Ref::new(i32::try_from(10 + 2 * page + part).unwrap_or(i32::MAX));
    let kids = (0..pages.len()).map(|page| place(page, 0));
    pdf.pages(tree).kids(kids).count(i32::try_from(pages.len()).unwrap_or(i32::MAX));
    for (at, page) in pages.iter().enumerate() {
        let (page_ref, content_ref) = (place(at, 0), place(at, 1));
        let mut writer = pdf.page(page_ref);
        writer.parent(tree).media_box(Rect::new(0.0, 0.0, WIDTH, HEIGHT)).contents(content_ref);
        writer.resources().fonts().pair(Name(b"F"), of_font);
        writer.finish();
        pdf.stream(content_ref, &content(page, &glyphs)).finish();
    }
    embed(&mut pdf, font, &program, &glyphs);
    Ok(pdf.finish())
}

fn content(page: &Page, glyphs: &BTreeMap<char, (u16, f32)>) -> Vec<u8> {
    let mut content = Content::new();
    for item in &page.0 {
        match item {
            Item::Box(x, y, width, height) => {
                content.rect(*x, HEIGHT - y - height, *width, *height).fill_nonzero();
            }
            Item::Text(x, y, size, align, text) => {
                let own: Vec<(u16, f32)> =
                    text.chars().filter_map(|letter| glyphs.get(&letter).copied()).collect();
                let wide: f32 = own.iter().map(|(_, advance)| advance).sum();
                let from = if *align == Align::Right { x - wide * size } else { *x };
                let bytes: Vec<u8> = own.iter().flat_map(|(glyph, _)| glyph.to_be_bytes()).collect();
                content.begin_text().set_font(Name(b"F"), *size).next_line(from, HEIGHT - y);
                content.show(Str(&bytes)).end_text();
            }
        }
    }
    content.finish().into_vec()
}

/// Writes the font: its glyphs by number, how wide they are, and which letters they stand for, so that text can be searched.
fn embed(pdf: &mut Pdf, font: &Font<'_>, program: &[u8], glyphs: &BTreeMap<char, (u16, f32)>) {
    let [of_font, of_cid, descriptor, file, unicode] = [3, 4, 5, 6, 7].map(Ref::new);
    // A font of CFF outlines is one that begins so; the subsetter keeps the kind.
    let is_cff = program.starts_with(b"OTTO");
    let name = Name(b"LIANCH+Text");
    let system = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };
    pdf.type0_font(of_font)
        .base_font(name)
        .encoding_predefined(Name(b"Identity-H"))
        .descendant_font(of_cid)
        .to_unicode(unicode);
    let mut cid = pdf.cid_font(of_cid);
    cid.subtype(if is_cff { CidFontType::Type0 } else { CidFontType::Type2 });
    cid.base_font(name).system_info(system).font_descriptor(descriptor).default_width(1000.0);
    if !is_cff {
        cid.cid_to_gid_map_predefined(Name(b"Identity"));
    }
    let mut widths: Vec<(u16, f32)> = glyphs.values().copied().collect();
    widths.sort_by_key(|(glyph, _)| *glyph);
    let mut writer = cid.widths();
    for (glyph, advance) in widths {
        writer.same(glyph, glyph, advance * 1000.0);
    }
    writer.finish();
    cid.finish();
    let em = f32::from(font.face.units_per_em());
    let scale = |units: i16| f32::from(units) / em * 1000.0;
    let bounds = font.face.global_bounding_box();
    let mut writer = pdf.font_descriptor(descriptor);
    writer
        .name(name)
        .flags(FontFlags::SYMBOLIC)
        .bbox(Rect::new(scale(bounds.x_min), scale(bounds.y_min), scale(bounds.x_max), scale(bounds.y_max)))
        .italic_angle(0.0)
        .ascent(scale(font.face.ascender()))
        .descent(scale(font.face.descender()))
        .cap_height(scale(font.face.capital_height().unwrap_or(font.face.ascender())))
        .stem_v(80.0);
    if is_cff {
        writer.font_file3(file)
    } else {
        writer.font_file2(file)
    };
    writer.finish();
    let mut stream = pdf.stream(file, program);
    if is_cff {
        stream.pair(Name(b"Subtype"), Name(b"OpenType"));
    }
    stream.finish();
    let mut cmap = UnicodeCmap::new(Name(b"Text"), system);
    for (letter, (glyph, _)) in glyphs {
        cmap.pair(*glyph, *letter);
    }
    pdf.stream(unicode, &cmap.finish()).finish();
}
