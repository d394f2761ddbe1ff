//! Callers that are slow, or want too much.

use super::socket::{Server, cookie, read, read_until, status};
use super::world::World;
use super::world::call::{Sent, Shown};
use super::world::cases::Stage;
use std::io::Write;
use std::time::{Duration, Instant};

fn hasty() -> Server {
    Server::new(World::changed(|city| {
        city.bounds.head = Duration::from_millis(600);
        city.bounds.pause = Duration::from_millis(600);
        city.bounds.head_bytes = 8 << 10;
    }))
}

#[test]
fn a_head_that_never_ends_is_not_waited_for() {
    let server = hasty();
    let begun = Instant::now();
    let mut stream = server.connect();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: city.example\r\nX-Slow: ").unwrap();
    let told = read(&mut stream);
    assert!(begun.elapsed() < Duration::from_secs(3), "{told}");
    assert_ne!(status(&told), 200);
    // So is a connection on which nothing is asked.
    let begun = Instant::now();
    read(&mut server.connect());
    assert!(begun.elapsed() < Duration::from_secs(3));
}

#[test]
fn a_body_that_pauses_too_long_is_not_waited_for() {
    let server = hasty();
    let mut stream = server.connect();
    let head = "POST /sign-in HTTP/1.1\r\nHost: city.example\r\nContent-Length: 500\r\n\r\nlogin=";
    stream.write_all(head.as_bytes()).unwrap();
    let told = read_until(&mut stream, "</html>");
    assert_eq!(status(&told), 408, "{told}");
    assert!(told.contains("nosniff"), "{told}");
}

#[test]
fn a_head_that_is_too_large_is_refused() {
    let server = hasty();
    let large = "a".repeat(20 << 10);
    assert_eq!(status(&server.get("/", &format!("X-Large: {large}\r\n"))), 431);
    let many: String = (0..300).map(|number| format!("X-{number}: 1\r\n")).collect();
    assert_eq!(status(&server.get("/", &many)), 431);
    assert_eq!(status(&server.get("/", "")), 200, "others are answered");
}

/// What is large is taken in only from those who are signed in, and never more than there is room for.
#[test]
fn large_bodies_are_bounded_one_by_one_and_together() {
    let world = World::changed(|city| city.room = std::sync::Arc::new(tokio::sync::Semaphore::new(6 << 10)));
    let case = world.case(Stage::Draft);
    let path = format!("/cases/{}/materials/change-proof", case.id);
    let page =
        |bytes: usize| Sent::File("page.pdf".into(), [b"%PDF-1.4 ".to_vec(), vec![b' '; bytes]].concat());
    let status = |shown: &Shown, bytes: usize| world.call(shown, "POST", &path, &page(bytes)).status.as_u16();
    let party = Shown::Browser(world.sign_in("party"));
    assert_eq!(status(&party, 4 << 20), 200);
    assert_eq!(status(&party, 7 << 20), 503, "there is no room for it beside the others");
    assert_eq!(status(&party, 4 << 20), 200, "the room is given back");
    let nobody = world.call(&Shown::Nothing, "POST", &path, &page(4 << 20));
    assert_eq!((nobody.status.as_u16(), nobody.header("location").starts_with("/sign-in")), (303, true));
    let form = Sent::Form(vec![("words".into(), "a".repeat(2 << 20))]);
    let long = world.call(&party, "POST", &format!("/cases/{}/complain", case.id), &form);
    assert_eq!(long.status, 413);
    assert!(long.text().contains("1"), "{}", long.text());
}

/// A browser that sends a file which is too large sees the page that says so.
#[test]
fn whoever_sends_too_much_is_told_so() {
    let server = Server::new(World::new());
    let case = server.world.case(Stage::Draft);
    let session = server.world.sign_in("party");
    let body = vec![b'a'; 22 << 20];
    let head = format!(
        "POST /cases/{}/materials/change-proof HTTP/1.1\r\nHost: city.example\r\n{}Content-Type: multipart/form-data; \
         boundary=b\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        case.id,
        cookie(&session),
        body.len()
    );
    let mut stream = server.connect();
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&body).unwrap();
    assert_eq!(status(&read(&mut stream)), 413);
}

#[test]
fn a_path_leads_nowhere_but_to_what_is_served() {
    let server = Server::new(World::new());
    for path in [
        "/assets/../../Cargo.toml",
        "/assets/..%2f..%2fCargo.toml",
        "/assets/%2e%2e/%2e%2e/etc/passwd",
        "/assets//etc/passwd",
        "/tile/../keys/signing.key",
        "/tile/0/..%2f..%2fkeys",
        "/tile/entries/%00",
        "/cases/../metrics/x",
        "/language/../../x?back=/",
    ] {
        let told = server.get(path, "");
        assert!([303, 404].contains(&status(&told)), "{path}: {told}");
    }
    let back = server.get("/language/en?back=/%09/elsewhere.example", "");
    assert!(back.contains("location: /\r\n"), "{back}");
}
