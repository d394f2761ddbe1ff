use super::socket::{Server, read_until, status};
use super::world::World;
use super::world::cases::Stage;
use casework::Command;
use std::net::TcpStream;
use std::time::Duration;

/// What comes on the stream within `seconds`, without its keep-alive lines.
fn within(stream: &mut TcpStream, seconds: u64) -> String {
    stream.set_read_timeout(Some(Duration::from_secs(seconds))).unwrap();
    read_until(stream, "data:")
}

/// Whether the server has ended the stream: the last chunk is empty.
fn ended(stream: &mut TcpStream) -> bool {
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    read_until(stream, "0\r\n\r\n").ends_with("0\r\n\r\n")
}

#[test]
fn a_page_is_told_when_its_own_matter_has_changed() {
    let server = Server::new(World::new());
    let world = &server.world;
    let (case, other) = (world.case(Stage::Open), world.case(Stage::Open));
    let at = world.city.casework.record().len().unwrap();
    let (party, clerk) = (world.sign_in("party"), world.sign_in("clerk"));
    let mut own = server.stream(&format!("/cases/{}/events?at={at}", case.id), &party);
    let mut work = server.stream(&format!("/desk/cases/{}/events?at={at}", case.id), &clerk);
    let mut desk = server.stream(&format!("/desk/events?at={at}"), &clerk);
    let mut elsewhere = server.stream(&format!("/desk/events?at={at}"), &world.sign_in("clerk-elsewhere"));
    let mut board = server.stream(&format!("/board/events?at={at}"), &world.sign_in("supervisor-above"));
    for stream in [&mut own, &mut work, &mut desk, &mut elsewhere, &mut board] {
        let head = read_until(stream, "\r\n\r\n");
        assert_eq!(status(&head), 200, "{head}");
        let carried = ["text/event-stream", "no-store", "nosniff", "frame-ancestors 'none'"];
        assert!(carried.iter().all(|part| head.contains(part)), "{head}");
    }
    // Another's case is news to the desk and the board, and not to this case's pages.
    world.act(&other, "clerk", &Command::Take { step: "accept".into() });
    assert!(within(&mut desk, 5).contains("data:"));
    assert!(within(&mut board, 8).contains("data:"));
    world.act(&case, "clerk", &Command::Take { step: "accept".into() });
    let size = world.city.casework.record().len().unwrap();
    let told = within(&mut own, 4);
    assert!(told.contains(&format!("id: {size}")) && told.contains(&format!("data: {size}")), "{told}");
    assert!(!told.contains("event:"), "an event with a name is not heard by `onmessage`: {told}");
    assert!(within(&mut work, 4).contains("data:"));
    assert!(!within(&mut elsewhere, 3).contains("data:"), "another office's desk has no news");
}

#[test]
fn nothing_is_missed_between_a_page_and_its_stream() {
    let server = Server::new(World::new());
    let world = &server.world;
    let case = world.case(Stage::Open);
    let path = format!("/cases/{}/events", case.id);
    let before = world.city.casework.record().len().unwrap();
    world.act(&case, "clerk", &Command::Take { step: "accept".into() });
    let after = world.city.casework.record().len().unwrap();
    let party = world.sign_in("party");
    let told = |at: u64| {
        let mut stream = server.stream(&format!("{path}?at={at}"), &party);
        let head = read_until(&mut stream, "\r\n\r\n");
        assert_eq!(status(&head), 200);
        // What is news at once may come together with the head.
        let (_, early) = head.split_once("\r\n\r\n").unwrap();
        early.to_owned() + &within(&mut stream, 3)
    };
    assert!(told(before).contains(&format!("data: {after}")));
    assert!(!told(after).contains("data:"));
}

#[test]
fn a_stream_ends_with_its_session_and_does_not_keep_it_alive() {
    let server = Server::new(World::new());
    let world = &server.world;
    let case = world.case(Stage::Open);
    let clerk = world.sign_in("clerk");
    let mut stream = server.stream(&format!("/desk/cases/{}/events", case.id), &clerk);
    assert_eq!(status(&read_until(&mut stream, "\r\n\r\n")), 200);
    world.city.sign_out(&clerk).unwrap();
    world.act(&case, "clerk", &Command::Take { step: "accept".into() });
    assert!(ended(&mut stream), "a stream went on after its reader had signed out");
    let again = server.stream(&format!("/desk/cases/{}/events", case.id), &clerk);
    assert_eq!(status(&read_until(&mut { again }, "\r\n\r\n")), 401);
}

#[test]
fn a_session_has_only_so_many_streams_and_gives_them_back() {
    let world = World::changed(|city| {
        city.bounds.streams_of_session = 2;
        city.bounds.streams = 3;
    });
    let server = Server::new(world);
    let (one, two) = (server.world.sign_in("clerk"), server.world.sign_in("colleague"));
    let open = |session| {
        let mut stream = server.stream("/desk/events", session);
        (status(&read_until(&mut stream, "\r\n\r\n")), stream)
    };
    let (a, b, c) = (open(&one), open(&one), open(&one));
    assert_eq!([a.0, b.0, c.0], [200, 200, 429]);
    let (d, e) = (open(&two), open(&two));
    assert_eq!([d.0, e.0], [200, 429], "there is an end to all streams together");
    drop((a, b));
    let mut rooms = 0;
    for _ in 0..50 {
        let again = open(&one);
        rooms = again.0;
        if rooms == 200 {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(rooms, 200, "a stream that was closed gives its place back");
}

#[test]
fn stopping_ends_the_streams_and_does_not_wait_for_them() {
    let mut server = Server::new(World::new());
    let session = server.world.sign_in("clerk");
    let mut streams: Vec<TcpStream> = (0..3).map(|_| server.stream("/desk/events", &session)).collect();
    for stream in &mut streams {
        assert_eq!(status(&read_until(stream, "\r\n\r\n")), 200);
    }
    let idle = server.connect();
    let took = server.stop();
    assert!(took < Duration::from_secs(3), "stopping took {took:?}");
    assert!(streams.iter_mut().all(ended));
    drop(idle);
    assert!(TcpStream::connect(server.address).is_err(), "nobody listens any more");
}
