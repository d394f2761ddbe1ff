//! Ctrl-C while something is computed: what was found so far is told, as if the time were over. A second one ends the command.

use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

static ASKED: AtomicBool = AtomicBool::new(false);

/// Whether the command was asked to stop.
pub fn asked() -> bool {
    ASKED.load(Ordering::Relaxed)
}

/// From here on Ctrl-C is heard. Where the system offers no way to hear it, it ends the command as before.
pub fn heed() {
    static HEARD: Once = Once::new();
    HEARD.call_once(|| {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_io().build() else { return };
        let (ready, wait) = std::sync::mpsc::channel();
        std::thread::spawn(move || runtime.block_on(listen(&ready)));
        // A sender that is gone means that nothing is heard; either way computing may begin.
        let _ = wait.recv();
    });
}

#[cfg(unix)]
async fn listen(ready: &std::sync::mpsc::Sender<()>) {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut interrupts) = signal(SignalKind::interrupt()) else { return };
    let _ = ready.send(());
    interrupts.recv().await;
    ASKED.store(true, Ordering::Relaxed);
    interrupts.recv().await;
    // As shells tell an interrupt.
    std::process::exit(130);
}

#[cfg(not(unix))]
async fn listen(_: &std::sync::mpsc::Sender<()>) {}
