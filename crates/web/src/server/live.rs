//! What moves by itself: the timer that tells what time has brought, and streams that tell pages when to look again.
//!
//! A stream says nothing of what happened, only that the page's matter has changed: an unnamed event whose id and data are
//! the size of the record. The page then asks for itself again and shows what its reader may see. A stream is authorized
//! like the page that it serves, anew before each event, so that it ends when its reader signs out or loses the post; it is
//! no use of the session. `?at=` says how many entries the record had when the page was made, and the browser's own
//! `Last-Event-ID` what was told last, so that nothing is missed between the page and its stream.

use super::answer::Oops;
use super::asked::Asked;
use super::board::own_office;
use super::case::{theirs, visible};
use super::city::City;
use super::logs::Kept;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use pack::Id;
use record::{Digest, ObjectRef, StoreError};
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};
use tokio_stream::wrappers::ReceiverStream;

/// How often the timer looks, and how long the record is waited for.
const TICK: Duration = Duration::from_secs(1);
/// Ticks after which what has run out is swept away.
const SWEEP: u64 = 10;
/// How often a stream with nothing to tell makes sure that its reader may still read it.
const PATROL: Duration = Duration::from_secs(20);

/// Says what a page watches, and that its reader may.
pub type Watch = fn(&Asked) -> Result<Matter, Oops>;

/// What a page shows, as far as it changes by itself.
pub enum Matter {
    /// One case.
    Case(ObjectRef),
    /// The open steps of an office.
    Desk(Id),
    /// The whole record.
    Board,
    /// How far the reading of a log is.
    Log(Arc<Kept>),
}

/// The party's page of a case.
pub fn own_case(asked: &Asked) -> Result<Matter, Oops> {
    let (case, view) = visible(asked)?;
    if theirs(asked, &view) { Ok(Matter::Case(case)) } else { Err(Oops::Missing) }
}

/// A clerk's page of a case.
pub fn desk_case(asked: &Asked) -> Result<Matter, Oops> {
    asked.post()?;
    visible(asked).map(|(case, _)| Matter::Case(case))
}

/// A clerk's queue.
pub fn desk(asked: &Asked) -> Result<Matter, Oops> {
    Ok(Matter::Desk(asked.post()?.office.clone()))
}

/// A supervisor's board.
pub fn board(asked: &Asked) -> Result<Matter, Oops> {
    own_office(asked).map(|_| Matter::Board)
}

impl Matter {
    /// A value that differs when the matter has changed.
    fn print(&self, city: &City) -> Result<Digest, StoreError> {
        let words = match self {
            Self::Case(case) => city.casework.record().version(case)?.0.to_string(),
            Self::Board => city.casework.record().len()?.to_string(),
            Self::Log(kept) => format!("{:?} {:?}", kept.state(), kept.progress()),
            Self::Desk(office) => city.casework.board(|board| {
                let mine = board.complained().filter(|(_, complained)| complained.office == *office);
                let complained = mine.map(|(case, complained)| format!("\n{case} {}", complained.open));
                std::iter::once(board.turn(office).to_string()).chain(complained).collect::<String>()
            })?,
        };
        Ok(Digest::of(words.as_bytes()))
    }

    /// The least time between two events: pages of more cost more to make.
    fn pause(&self) -> Duration {
        Duration::from_secs(match self {
            Self::Case(_) | Self::Log(_) => 1,
            Self::Desk(_) => 2,
            Self::Board => 5,
        })
    }
}

/// Tells the record what time has brought, for as long as the city stands.
pub async fn timer(city: Arc<City>) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    // The day on which it was last seen whose data has stayed long enough.
    let mut wished = None;
    for count in 0.. {
        ticks.tick().await;
        let city = Arc::clone(&city);
        let now = city.now();
        let today = pack::days::today(now);
        let new_day = wished.replace(today) != Some(today);
        let fired = tokio::task::spawn_blocking(move || {
            if count % SWEEP == 0 {
                city.sweep();
                city.save_in_time();
            }
            if new_day && let Err(error) = city.carry_out_wishes() {
                eprintln!("lianchi: what people wish erased cannot be: {error}");
            }
            city.casework.tick(now)
        });
        if let Ok(Err(error)) = fired.await {
            eprintln!("lianchi: the timer cannot write: {error}");
        }
    }
}

/// Wakes everybody who watches whenever the record grows: one thread waits, however many watch. It also tells the server
/// when the record takes no more, since a write or a sync failed.
pub fn watch(city: &Arc<City>) {
    let Ok(mut subscription) = city.casework.record().subscribe() else { return };
    let (city, growth) = (Arc::downgrade(city), city.growth.clone());
    std::thread::spawn(move || {
        while city.strong_count() > 0 && !subscription.ended() {
            if let Some(size) = subscription.wait(TICK) {
                growth.send_replace(size);
            }
        }
        if let Some(city) = city.upgrade() {
            city.broken.notify_one();
        }
    });
}

/// The streams that are open, by session.
#[derive(Debug, Default)]
pub struct Streams {
    open: Mutex<HashMap<Digest, usize>>,
}

impl Streams {
    /// How many are open.
    pub fn count(&self) -> usize {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).values().sum()
    }

    /// Room for one more of this session, if there is.
    fn enter(&self, session: Digest, of_session: usize, most: usize) -> bool {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = open.values().sum();
        let own = open.entry(session).or_default();
        let room = *own < of_session && all < most;
        *own += usize::from(room);
        if *own == 0 {
            open.remove(&session);
        }
        room
    }

    fn leave(&self, session: &Digest) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = open.get_mut(session) {
            *own -= 1;
            if *own == 0 {
                open.remove(session);
            }
        }
    }
}

/// A stream's place among those that are open, given back when it ends.
struct Place(Arc<City>, Digest);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.streams.leave(&self.1);
    }
}

/// What a stream watches, and how that was when it was last looked at.
pub struct Watched {
    watch: Watch,
    pause: Duration,
    print: Digest,
}

impl Watched {
    /// Looks for the first time.
    pub fn new(asked: &Asked, watch: Watch) -> Result<Self, Oops> {
        let matter = watch(asked)?;
        Ok(Self { watch, pause: matter.pause(), print: matter.print(&asked.city)? })
    }
}

/// A stream of events that tells when what is watched has changed.
pub fn stream(asked: Asked, watched: Watched) -> Response {
    let (city, bounds) = (Arc::clone(&asked.city), asked.city.bounds);
    let Some(session) = asked.session() else { return StatusCode::UNAUTHORIZED.into_response() };
    if !city.streams.enter(session, bounds.streams_of_session, bounds.streams) {
        // A browser does not ask again after this: the page stays as it is until it is loaded anew.
        return Oops::Wait { seconds: 60 }.answer(&asked).response();
    }
    let (events, received) = mpsc::channel(1);
    tokio::spawn(feed(asked, watched, Place(city, session), events));
    let alive = KeepAlive::new().interval(Duration::from_secs(15));
    let mut response = Sse::new(ReceiverStream::new(received)).keep_alive(alive).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

type Sender = mpsc::Sender<Result<Event, Infallible>>;

/// Tells `events` whenever the matter has changed, until nobody listens, the reader may no longer, or the server stops.
async fn feed(mut asked: Asked, mut watched: Watched, place: Place, events: Sender) {
    let city = Arc::clone(&place.0);
    let mut growth = city.growth.subscribe();
    let mut stop = city.stopping.subscribe();
    let since = asked.told.or_else(|| asked.field("at").and_then(|at| at.parse().ok()));
    // What happened between the page and its stream; if it was none of the page's matter, the page shows the same again.
    let mut news = since.is_some_and(|since| city.casework.record().len().is_ok_and(|size| size > since));
    loop {
        if news {
            let size = city.casework.record().len().unwrap_or_default().to_string();
            if events.send(Ok(Event::default().id(size.clone()).data(size))).await.is_err() {
                return;
            }
        }
        tokio::select! {
            () = waited(&mut growth, watched.pause) => {}
            () = events.closed() => return,
            _ = stop.wait_for(|stopping| *stopping) => return,
        }
        let look = move || {
            asked.now = asked.city.now();
            asked.recognize();
            let seen = Watched::new(&asked, watched.watch);
            (asked, seen)
        };
        let Ok((again, Ok(seen))) = tokio::task::spawn_blocking(look).await else { return };
        asked = again;
        news = seen.print != watched.print;
        watched = seen;
    }
}

/// Waits until the record grows, and no less than `pause`; or, if it does not, for the next patrol.
async fn waited(growth: &mut tokio::sync::watch::Receiver<u64>, pause: Duration) {
    sleep(pause).await;
    // Where nothing tells of growth any more, there are still the patrols.
    if let Ok(Err(_)) = timeout(PATROL, growth.changed()).await {
        sleep(PATROL).await;
    }
}

#[cfg(test)]
mod tests {
    use super::Streams;
    use record::Digest;

    #[test]
    fn streams_are_bounded_by_session_and_in_all() {
        let streams = Streams::default();
        let [a, b, c] = ["a", "b", "c"].map(|name| Digest::of(name.as_bytes()));
        let enter = |session| streams.enter(session, 2, 3);
        assert_eq!([enter(a), enter(a), enter(a), enter(b), enter(c)], [true, true, false, true, false]);
        assert_eq!(streams.count(), 3);
        streams.leave(&a);
        assert!(enter(c) && !enter(a));
        [a, b, c].iter().for_each(|session| streams.leave(session));
        assert_eq!(streams.count(), 0);
        assert!(streams.open.lock().is_ok_and(|open| open.is_empty()));
    }
}
