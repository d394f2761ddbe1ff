//! The square code of a receipt, read by a reader that was written apart from what draws it: the standard's masks, its way through
//! the modules and its blocks, for the sizes that an address takes.

use super::world::World;
use super::world::call::{Sent, Shown, request};
use super::world::cases::Stage;

/// The error corrections as the format names them: for sizes 1 to 4, the blocks and the bytes of data of all of them.
const BLOCKS: [[(usize, usize); 4]; 4] = [
    [(1, 16), (1, 28), (1, 44), (2, 64)],
    [(1, 19), (1, 34), (1, 55), (1, 80)],
    [(1, 9), (1, 16), (2, 26), (4, 36)],
    [(1, 13), (1, 22), (2, 34), (2, 48)],
];

fn masked(mask: usize, x: usize, y: usize) -> bool {
    match mask {
        0 => (x + y).is_multiple_of(2),
        1 => y.is_multiple_of(2),
        2 => x.is_multiple_of(3),
        3 => (x + y).is_multiple_of(3),
        4 => (x / 3 + y / 2).is_multiple_of(2),
        5 => x * y % 2 + x * y % 3 == 0,
        6 => (x * y % 2 + x * y % 3).is_multiple_of(2),
        _ => ((x + y) % 2 + x * y % 3).is_multiple_of(2),
    }
}

/// What the code in a page says.
fn read(page: &str) -> String {
    let svg = page.split("<svg class=\"qr\"").nth(1).unwrap().split("</svg>").next().unwrap();
    let around = svg.split("viewBox=\"-4 -4 ").nth(1).unwrap().split(' ').next().unwrap();
    let size = around.parse::<usize>().unwrap() - 8;
    let mut dark = vec![vec![false; size]; size];
    for run in svg.split("<path d=\"").nth(1).unwrap().split('"').next().unwrap().split_terminator('z') {
        let (at, width) = run.strip_prefix('M').unwrap().split_once('h').unwrap();
        let (x, y) = at.split_once(' ').unwrap();
        let (x, width): (usize, usize) =
            (x.parse().unwrap(), width.split('v').next().unwrap().parse().unwrap());
        dark[y.parse::<usize>().unwrap()][x..x + width].fill(true);
    }
    // The format stands around the upper left corner, its lowest bit first.
    let places = (0..6).map(|y| (8, y)).chain([(8, 7), (8, 8), (7, 8)]).chain((0..6).rev().map(|x| (x, 8)));
    let format =
        places.enumerate().fold(0, |bits, (at, (x, y))| bits | (usize::from(dark[y][x]) << at)) ^ 0x5412;
    let (correction, mask) = (format >> 13, (format >> 10) & 7);
    let version = (size - 17) / 4;
    let (blocks, bytes) = BLOCKS[correction][version - 1];
    let near = |x: usize, y: usize| version > 1 && x.abs_diff(size - 7) <= 2 && y.abs_diff(size - 7) <= 2;
    let fixed = |x: usize, y: usize| {
        let corner = (y < 9 && (x < 9 || x >= size - 8)) || (x < 9 && y >= size - 8);
        corner || x == 6 || y == 6 || near(x, y)
    };
    let mut bits = Vec::new();
    let columns = (7..size).rev().step_by(2).chain([5, 3, 1]);
    for (turn, right) in columns.enumerate() {
        for step in 0..size {
            let y = if turn % 2 == 0 { size - 1 - step } else { step };
            let pair = [right, right - 1].into_iter().filter(|x| !fixed(*x, y));
            bits.extend(pair.map(|x| dark[y][x] ^ masked(mask, x, y)));
        }
    }
    let all: Vec<u8> =
        bits.chunks(8).map(|byte| byte.iter().fold(0, |n, bit| (n << 1) | u8::from(*bit))).collect();
    let data: Vec<u8> = (0..blocks)
        .flat_map(|block| all.iter().copied().skip(block).step_by(blocks).take(bytes / blocks))
        .collect();
    let nibble = |at: usize| (data[at / 2] >> (4 * (1 - at % 2))) & 15;
    let byte = |at: usize| (nibble(at) << 4) | nibble(at + 1);
    assert_eq!(nibble(0), 4, "bytes");
    let text = (0..usize::from(byte(1))).map(|at| byte(3 + 2 * at)).collect();
    String::from_utf8(text).unwrap()
}

#[test]
fn a_receipts_code_is_the_whole_address_at_which_it_is_checked() {
    let world = World::new();
    let case = world.case(Stage::Ended);
    let shown = Shown::CookieAlone(world.sign_in("party"));
    let code = |host: &'static str| {
        let mut request = request(&shown, "GET", &format!("/cases/{}/receipt", case.id), &Sent::Nothing);
        request.headers_mut().insert("host", host.parse().unwrap());
        read(&world.send(request).text())
    };
    for (host, address) in [
        ("city.example", "https://city.example/verify"),
        ("a.cn", "https://a.cn/verify"),
        ("127.0.0.1:8171", "http://127.0.0.1:8171/verify"),
        ("services.lotus-pond.example:8443", "https://services.lotus-pond.example:8443/verify"),
    ] {
        assert_eq!(code(host), address);
    }
}
