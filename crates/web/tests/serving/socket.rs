use super::world::World;
use access::session::Token;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A city that listens.
pub struct Server {
    pub world: World,
    pub address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    served: Option<JoinHandle<std::io::Result<()>>>,
}

impl Server {
    pub fn new(world: World) -> Self {
        let listener = world.runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let serving = web::server::serve(Arc::clone(&world.city), listener, async { drop(stopped.await) });
        let served = world.runtime.spawn(serving);
        Self { world, address, stop: Some(stop), served: Some(served) }
    }

    /// A connection on which nothing is waited for longer than five seconds.
    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        stream
    }

    /// Sends bytes and reads what comes until the connection is closed.
    pub fn exchange(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect();
        stream.write_all(bytes).unwrap();
        read(&mut stream)
    }

    pub fn get(&self, path: &str, more: &str) -> String {
        self.exchange(
            format!("GET {path} HTTP/1.1\r\nHost: city.example\r\nConnection: close\r\n{more}\r\n")
                .as_bytes(),
        )
    }

    /// Opens a stream of events.
    pub fn stream(&self, path: &str, session: &Token) -> TcpStream {
        let mut stream = self.connect();
        let head = format!("GET {path} HTTP/1.1\r\nHost: city.example\r\n{}\r\n", cookie(session));
        stream.write_all(head.as_bytes()).unwrap();
        stream
    }

    /// Asks the server to stop, and waits until it has.
    pub fn stop(&mut self) -> Duration {
        let begun = std::time::Instant::now();
        drop(self.stop.take());
        let served = self.served.take().unwrap();
        self.world.runtime.block_on(served).unwrap().unwrap();
        begun.elapsed()
    }
}

pub fn cookie(session: &Token) -> String {
    format!("Cookie: __Host-lianchi={}\r\n", session.text())
}

/// All that comes until the connection is closed, or nothing more comes for five seconds.
pub fn read(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        match stream.read(&mut chunk) {
            Ok(0) => break,
            Ok(count) => bytes.extend_from_slice(&chunk[..count]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What comes until it contains `wanted`; all that came where that never does.
pub fn read_until(stream: &mut TcpStream, wanted: &str) -> String {
    let mut text = String::new();
    let mut chunk = [0; 4096];
    while !text.contains(wanted) {
        match stream.read(&mut chunk) {
            Ok(0) | Err(_) => break,
            Ok(count) => text.push_str(&String::from_utf8_lossy(&chunk[..count])),
        }
    }
    text
}

/// The status of a response.
pub fn status(response: &str) -> u16 {
    response.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
}
