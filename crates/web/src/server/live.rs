//! What moves by itself: the timer that tells what time has brought, and pages that refresh when the record grows.

use super::city::City;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::{Stream, StreamExt};

/// How often the timer looks, and how long the record is waited for.
const TICK: Duration = Duration::from_secs(1);

/// Tells the record what time has brought, for as long as the city stands.
pub async fn timer(city: Arc<City>) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let city = Arc::clone(&city);
        let fired = tokio::task::spawn_blocking(move || city.casework.tick(city.now())).await;
        if let Ok(Err(error)) = fired {
            eprintln!("lianchi: the timer cannot write: {error}");
        }
    }
}

/// Wakes everybody who watches whenever the record grows: one thread waits, however many watch.
pub fn watch(city: &Arc<City>) {
    let Ok(mut subscription) = city.casework.record().subscribe() else { return };
    let (city, growth) = (Arc::downgrade(city), city.growth.clone());
    std::thread::spawn(move || {
        while city.strong_count() > 0 && !subscription.ended() {
            if let Some(size) = subscription.wait(TICK) {
                let _ = growth.send(Some(size));
            }
        }
    });
}

/// A stream of the record's size. It says nothing of what happened: the page asks again for what its reader may see.
pub async fn events(State(city): State<Arc<City>>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let growth = BroadcastStream::new(city.growth.subscribe());
    let open = growth.take_while(|size| !matches!(size, Ok(None)));
    let stream = open.filter_map(|size| {
        let size = size.ok().flatten()?;
        Some(Ok(Event::default().event("grown").data(size.to_string())))
    });
    Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(20)))
}
