use super::bounds::Bounds;
use super::city::City;
use super::{findings, live, maps, router};
use axum::Router;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use record::StoreError;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// Serves the city on `listener` until `stop` is done, with its timers. What is being answered then is answered to its end,
/// within bounds.
///
/// # Errors
/// When the network fails; and when a write or a sync of the record failed: nothing can be done then but read, and whoever
/// watches over the program should restart it.
pub async fn serve(
    city: Arc<City>,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    live::watch(&city);
    findings::watch(&city);
    maps::courses::watch(&city);
    let timer = tokio::spawn(live::timer(Arc::clone(&city)));
    let bounds = city.bounds;
    let http = protocol(&bounds);
    let router = router(Arc::clone(&city));
    let room = Arc::new(Semaphore::new(bounds.connections));
    let graceful = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let taken = async {
            let place = Arc::clone(&room).acquire_owned().await;
            (place, accept(&listener).await)
        };
        let (place, (stream, peer)) = tokio::select! {
            taken = taken => taken,
            () = &mut stop => break,
            () = city.broken.notified() => break,
        };
        let _ = stream.set_nodelay(true);
        let service = Caller { router: TowerToHyperService::new(router.clone()), peer };
        let served = graceful.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            // A connection that breaks off is the caller's affair.
            let _ = served.await;
            drop(place);
        });
    }
    drop(listener);
    city.stopping.send_replace(true);
    let _ = tokio::time::timeout(bounds.stop, graceful.shutdown()).await;
    timer.abort();
    // A database is waited for, which is not done among tasks.
    let stopped = tokio::task::spawn_blocking(move || {
        city.save();
        city.casework.record().health().ok().and_then(|health| health.stopped)
    });
    match stopped.await {
        Ok(Some(reason)) => Err(std::io::Error::other(StoreError::Stopped { reason })),
        Ok(None) | Err(_) => Ok(()),
    }
}

fn protocol(bounds: &Bounds) -> http1::Builder {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(bounds.head).max_buf_size(bounds.head_bytes);
    http
}

/// The next connection. That one is refused, or that there are too many, is no reason to stop.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(connection) => return connection,
            Err(error) => {
                let broken = [ErrorKind::ConnectionAborted, ErrorKind::ConnectionReset];
                if !broken.contains(&error.kind()) {
                    eprintln!("lianchi: no connection can be taken: {error}");
                    tokio::time::sleep(Duration::from_millis(500)).await;
                }
            }
        }
    }
}

/// Answers the requests of one connection, and says where they come from.
struct Caller {
    router: TowerToHyperService<Router>,
    peer: SocketAddr,
}

impl hyper::service::Service<hyper::Request<Incoming>> for Caller {
    type Response =
        <TowerToHyperService<Router> as hyper::service::Service<hyper::Request<Incoming>>>::Response;
    type Error = <TowerToHyperService<Router> as hyper::service::Service<hyper::Request<Incoming>>>::Error;
    type Future = <TowerToHyperService<Router> as hyper::service::Service<hyper::Request<Incoming>>>::Future;

    fn call(&self, mut request: hyper::Request<Incoming>) -> Self::Future {
        request.extensions_mut().insert(ConnectInfo(self.peer));
        self.router.call(request)
    }
}
