//! The city started, found busy, refused, stopped.

use super::Desk;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A city that runs in a process of its own, on a port that was free.
pub struct Running {
    child: Child,
    pub address: SocketAddr,
    pub announced: serde_json::Value,
}

impl Running {
    /// Starts one with these arguments, and `--listen` and `--json` besides; waits until it says that it stands.
    pub fn start(desk: &Desk, args: &[&str]) -> Self {
        let mut command = desk.command(args);
        command.args(["--listen", "127.0.0.1:0", "--json"]);
        Self::spawn(&mut command)
    }

    /// Starts one that answers with `--json`, and waits until it says that it stands.
    pub fn spawn(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let mut reader = BufReader::new(child.stdout.take().unwrap());
        let mut text = String::new();
        while !text.ends_with("\n}\n") {
            assert!(reader.read_line(&mut text).unwrap() > 0, "the city ended: {text}");
        }
        let announced: serde_json::Value = serde_json::from_str(&text).unwrap();
        let address = announced["address"].as_str().unwrap().trim_start_matches("http://").parse().unwrap();
        Self { child, address, announced }
    }

    /// Sends a request as it is; status, head and body of the answer.
    pub fn send(&self, request: &str) -> (u16, String, Vec<u8>) {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, head, bytes[end + 4..].to_vec())
    }

    /// A page, and its status.
    pub fn get(&self, path: &str) -> (u16, String) {
        let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address);
        let (status, _, body) = self.send(&request);
        (status, String::from_utf8_lossy(&body).into_owned())
    }

    /// A figure of `/metrics`, by its name and a space.
    fn figure(&self, name: &str) -> Option<u64> {
        let (_, text) = self.get("/metrics");
        text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
    }

    /// Waits until oversight has read the whole record and has nothing more to see to, and leaves it three ticks to say
    /// otherwise.
    pub fn settle(&self) {
        let (begun, mut since) = (Instant::now(), Instant::now());
        while since.elapsed() < Duration::from_secs(3) {
            assert!(begun.elapsed() < Duration::from_secs(400), "oversight does not come to an end");
            let read = self.figure("lianchi_oversight_entries ");
            let settled = read.is_some() && read == self.figure("lianchi_record_entries ");
            if !settled || self.figure("lianchi_oversight_waiting ") != Some(0) {
                since = Instant::now();
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// A form sent; the status and the session's cookie, where there is one.
    pub fn post(&self, path: &str, cookie: &str, form: &str) -> (u16, Option<String>) {
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nCookie: {cookie}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
            self.address,
            form.len()
        );
        let (status, head, _) = self.send(&request);
        let cookie = head.lines().find_map(|line| line.strip_prefix("set-cookie: "));
        (status, cookie.and_then(|cookie| cookie.split(';').next()).map(str::to_owned))
    }

    /// Opens an account; the status.
    pub fn register(&self, login: &str) -> u16 {
        let form = format!("name=Somebody&login={login}&password=lotus-pond-2026");
        self.post("/register", "", &form).0
    }

    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(sent.unwrap().success());
    }

    /// The exit code, once it has ended; none where it was killed or took over half a minute.
    pub fn ended(mut self) -> Option<i32> {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(30) {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        None
    }

    /// Asks it to end, as systemd does.
    pub fn stop(self) -> Option<i32> {
        self.signal("TERM");
        self.ended()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What keeps a city from starting is told before anything is made.
#[test]
fn what_keeps_a_city_from_starting_is_told() {
    let busy = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = busy.local_addr().unwrap().port().to_string();
    let mut desk =
        Desk::new(&[("packs/p/pack.toml", b"nonsense"), ("file", b""), ("short/directory.key", b"short")]);
    std::fs::create_dir(desk.path().join("empty")).unwrap();
    let lines = [
        &format!("up --data d --listen 127.0.0.1:{port}"),
        "up --data d --listen 192.0.2.1:80",
        "up --data d --listen 127.0.0.1:0 --packs packs",
        "up --data d --listen 127.0.0.1:0 --packs packs --json",
        "up --data d --listen 127.0.0.1:0 --packs empty",
        "up --data d --listen 127.0.0.1:0 --packs nowhere --json",
        "up --data file --listen 127.0.0.1:0",
        "up --data /proc/nowhere --listen 127.0.0.1:0",
        "up --data d --listen localhost:port",
    ];
    for line in lines {
        let output = desk.output(line);
        desk.write_down(&line.replace(&port, "[port]"), &output);
    }
    assert!(!desk.path().join("d").exists(), "a city that did not start left something behind");
    desk.run("up --data short --listen 127.0.0.1:0 --empty");
    insta::assert_snapshot!(desk.told().replace(&port, "[port]"));
}

#[test]
fn one_city_to_one_folder() {
    let mut desk = Desk::new(&[("log.csv", b"case,activity,time\n1,a,2026-01-01\n")]);
    let city = Running::start(&desk, &["up", "--data", "d", "--empty"]);
    assert_eq!(city.announced["demo"], serde_json::json!([]));
    assert_eq!(city.get("/healthz").0, 200);
    desk.run("up --data d --listen 127.0.0.1:0");
    desk.run("import log.csv --map case=case,activity=activity,time=time --data d");
    // Whoever only reads is not in the way.
    assert_eq!(desk.json("verify --data d --json")["sound"], true);
    assert_eq!(city.stop(), Some(0));
    insta::assert_snapshot!(desk.told());
}

/// Too many tries from one place hold up that place alone, where the proxy that is named says which it is.
#[test]
fn a_proxy_that_is_named_is_believed() {
    let desk = Desk::new(&[]);
    let city = Running::start(&desk, &["up", "--data", "d", "--empty", "--proxy", "127.0.0.1"]);
    let tried = |from: &str, at: usize| {
        let form = format!("login=nobody-{at}&password=wrong");
        let request = format!(
            "POST /sign-in HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nX-Forwarded-For: {from}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
            city.address,
            form.len()
        );
        city.send(&request).0
    };
    let heard = (0..60).take_while(|at| tried("203.0.113.1", *at) == 403).count();
    assert!((40..60).contains(&heard), "{heard} tries were heard");
    assert_eq!(tried("203.0.113.1", 60), 429);
    assert_eq!(tried("203.0.113.2", 61), 403);
    assert_eq!(city.stop(), Some(0));
}

/// Interrupted or asked to end, also by systemd, while somebody watches a page: it ends soon, and in order.
#[test]
fn a_city_ends_when_it_is_told_to() {
    for signal in ["INT", "TERM"] {
        let desk = Desk::new(&[("password", b"lotus-pond-2026\n")]);
        let added =
            desk.output("staff add watcher --name Watcher --post clerk@lake-station --data d < password");
        assert!(added.status.success(), "{added:?}");
        let city = Running::start(&desk, &["up", "--data", "d", "--empty"]);
        let (status, cookie) = city.post("/sign-in", "", "login=watcher&password=lotus-pond-2026");
        assert_eq!(status, 303);
        let mut watching = TcpStream::connect(city.address).unwrap();
        let request = format!(
            "GET /desk/events HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\n\r\n",
            city.address,
            cookie.unwrap_or_default()
        );
        watching.write_all(request.as_bytes()).unwrap();
        let mut first = [0; 15];
        watching.read_exact(&mut first).unwrap();
        assert_eq!(&first, b"HTTP/1.1 200 OK", "somebody watches");
        let begun = Instant::now();
        city.signal(signal);
        assert_eq!(city.ended(), Some(0), "{signal}");
        assert!(begun.elapsed() < Duration::from_secs(9), "{signal}: {:?}", begun.elapsed());
        assert_eq!(desk.json("verify --data d --json")["sound"], true);
    }
}

/// A crash signs nobody out, and nobody in again: neither who signed out here, nor elsewhere, nor by the password being changed.
#[test]
fn a_crash_signs_nobody_out_or_in() {
    let desk = Desk::new(&[]);
    let crash = |city: Running| {
        city.signal("KILL");
        assert_eq!(city.ended(), None);
        Running::start(&desk, &["up", "--data", "d", "--empty"])
    };
    let in_at = |city: &Running, cookie: &str| {
        let request =
            format!("GET /account HTTP/1.1\r\nHost: h\r\nConnection: close\r\nCookie: {cookie}\r\n\r\n");
        city.send(&request).0 == 200
    };
    let sign_in = |city: &Running, password: &str| {
        city.post("/sign-in", "", &format!("login=sailor&password={password}")).1.unwrap()
    };
    let token = |cookie: &str| access::session::Token::parse(cookie.split_once('=').unwrap().1).unwrap();
    let send = |city: &Running, path: &str, cookie: &str, more: &str| {
        city.post(path, cookie, &format!("token={}&{more}", token(cookie).form_token()))
    };
    let mut city = Running::start(&desk, &["up", "--data", "d", "--empty"]);
    assert_eq!(city.register("sailor"), 303);
    let sessions: Vec<String> = (0..5).map(|_| sign_in(&city, "lotus-pond-2026")).collect();
    let [stays, here, there, elsewhere, changes] = &sessions[..] else { unreachable!() };
    let standing = |city: &Running| sessions.iter().map(|cookie| in_at(city, cookie)).collect::<Vec<_>>();
    city = crash(city);
    assert_eq!(standing(&city), [true; 5]);

    assert_eq!(send(&city, "/sign-out", here, "").0, 303);
    city = crash(city);
    assert_eq!(standing(&city), [true, false, true, true, true]);

    let other = format!("session={}", token(there).session());
    assert_eq!(send(&city, "/account/sessions", elsewhere, &other).0, 303);
    city = crash(city);
    assert_eq!(standing(&city), [true, false, false, true, true]);
    let kept = ["d/sessions.sqlite", "d/sessions.sqlite-wal"]
        .map(|file| std::fs::read(desk.path().join(file)).unwrap());
    let holds = |text: &[u8]| kept.iter().any(|kept| kept.windows(text.len()).any(|window| window == text));
    for cookie in &sessions {
        let raw = record::Digest::parse(&token(cookie).text()).unwrap();
        assert!(!holds(&raw.0) && !holds(token(cookie).text().as_bytes()), "a token is on the disk");
    }
    assert!(holds(&token(stays).session().0) && !holds(&token(here).session().0));

    let words = "old=lotus-pond-2026&new=another-pond-2026";
    let (status, renewed) = send(&city, "/account/password", changes, words);
    assert_eq!(status, 303);
    city = crash(city);
    assert_eq!(standing(&city), [false; 5]);
    let renewed = renewed.unwrap();
    assert!(in_at(&city, &renewed), "who changed the password stays");

    // What cannot be read is made anew: people sign in again, and that is all.
    assert_eq!(city.stop(), Some(0));
    std::fs::write(desk.path().join("d/sessions.sqlite"), [7; 5_000]).unwrap();
    let city = Running::start(&desk, &["up", "--data", "d", "--empty"]);
    assert!(!in_at(&city, &renewed) && in_at(&city, &sign_in(&city, "another-pond-2026")));
    assert_eq!(city.stop(), Some(0));
}

/// A service manager that asked for it hears when the city stands, and when it ends.
#[test]
fn a_service_manager_is_told() {
    let desk = Desk::new(&[]);
    let path = desk.path().join("notify");
    let socket = std::os::unix::net::UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let mut command = desk.command(&["up", "--data", "d", "--empty", "--listen", "127.0.0.1:0", "--json"]);
    let city = Running::spawn(command.env("NOTIFY_SOCKET", &path));
    let heard = || {
        let mut bytes = [0; 64];
        let length = socket.recv(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes[..length]).into_owned()
    };
    assert_eq!(heard(), "READY=1");
    assert_eq!(city.stop(), Some(0));
    assert_eq!(heard(), "STOPPING=1");
}

/// Whether somebody of a demonstration finds something to do where they begin, in one of their posts where they have several.
fn has_work(city: &Running, login: &str, password: &str) -> bool {
    let (status, cookie) = city.post("/sign-in", "", &format!("login={login}&password={password}"));
    assert_eq!(status, 303, "{login}");
    let cookie = cookie.unwrap_or_default();
    let page = match login {
        "supervisor" => "/board",
        "administrator" => "/staff",
        login if login.starts_with("resident") => "/cases",
        _ => "/desk",
    };
    let look = |page: &str| {
        let request =
            format!("GET {page} HTTP/1.1\r\nHost: here\r\nConnection: close\r\nCookie: {cookie}\r\n\r\n");
        let (status, _, body) = city.send(&request);
        (status, String::from_utf8_lossy(&body).into_owned())
    };
    let after = |text: &str, mark: &str| -> Vec<String> {
        text.split(mark).skip(1).filter_map(|rest| rest.split('"').next().map(str::to_owned)).collect()
    };
    let busy = |body: &str| ["/cases/", "/board/", "/staff/people/"].iter().any(|link| body.contains(link));
    let (status, body) = look(page);
    let chooser =
        after(&body, "class=\"act\" href=\"").into_iter().find(|to| to.starts_with("/account/post"));
    let Some(chooser) = chooser else {
        assert_eq!(status, 200, "{login}");
        return busy(&body);
    };
    assert_eq!(status, 403, "{login}");
    let (_, chooser) = look(&chooser);
    let token = after(&chooser, "name=\"token\" value=\"").remove(0);
    let posts: Vec<String> = after(&chooser, "name=\"post\" value=\"");
    assert!(posts.len() > 2, "{login}: two posts at least, and none");
    posts.iter().filter(|post| !post.is_empty()).any(|post| {
        let form = format!("post={post}&back={page}&token={token}");
        assert_eq!(city.post("/account/post", &cookie, &form).0, 303, "{login}: {post}");
        let (status, body) = look(page);
        assert_eq!(status, 200, "{login}: {post}");
        busy(&body)
    })
}

/// A city that everybody can reach has no demonstration, and a demonstration is never served to everybody.
#[test]
fn a_demonstration_stays_on_its_own_machine() {
    let mut desk = Desk::new(&[]);
    let mut command = desk.command(&["up", "--data", "open", "--listen", "0.0.0.0:0", "--json"]);
    let city = Running::spawn(&mut command);
    assert_eq!(city.announced["demo"], serde_json::json!([]));
    assert_eq!(city.stop(), Some(0));
    let entries = desk.json("verify --data open --json")["entries"].as_u64().unwrap();
    assert_eq!(entries, 1, "nothing but its edition");

    let city = Running::start(&desk, &["up", "--data", "d"]);
    let people = city.announced["demo"].as_array().unwrap().clone();
    assert!(people.len() >= 6, "{people:?}");
    let mut idle = Vec::new();
    for person in &people {
        let (login, password) = (person[0].as_str().unwrap(), person[1].as_str().unwrap());
        if !has_work(&city, login, password) {
            idle.push(login);
        }
    }
    assert!(idle.len() * 8 < people.len(), "{idle:?} of {} have nothing to do", people.len());
    assert_eq!(city.stop(), Some(0));
    desk.run("up --data d --listen 0.0.0.0:0");
    // The second start finds the demonstration and shows its sign-ins again.
    let city = Running::start(&desk, &["up", "--data", "d"]);
    assert_eq!(city.announced["demo"].as_array().unwrap().len(), people.len());
    assert_eq!(city.stop(), Some(0));
    assert_eq!(desk.json("verify --data d --json")["sound"], true);
    insta::assert_snapshot!(desk.told());
}

/// One that was broken off while it was made is not taken for a whole one.
#[test]
fn half_a_demonstration_is_told() {
    let mut desk = Desk::new(&[]);
    let mut command = desk.command(&["up", "--data", "d", "--listen", "127.0.0.1:0"]);
    let mut child = command.stdout(Stdio::null()).spawn().unwrap();
    let begun = || {
        let record = record::Record::read_in(&desk.path().join("d"));
        record.and_then(|record| record.len()).is_ok_and(|entries| entries > 20)
    };
    let start = Instant::now();
    while !begun() && start.elapsed() < Duration::from_secs(120) {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(begun(), "the demonstration did not begin");
    child.kill().unwrap();
    child.wait().unwrap();
    desk.run("up --data d --listen 127.0.0.1:0");
    insta::assert_snapshot!(desk.told());
}
