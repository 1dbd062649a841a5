//! What runs beside the requests. Each task holds the engine weakly, so that
//! dropping the last handle ends them.

use std::{
    future::Future,
    sync::{Arc, Weak},
    time::Duration,
};

use tracing::warn;

use super::{Engine, EngineError, Inner, damage::Reports};

const POLL: Duration = Duration::from_secs(1);
const CLOCK: Duration = Duration::from_secs(1);
const CHECKPOINT: Duration = Duration::from_secs(1);
const FLUSH: Duration = Duration::from_secs(10);
const IDENTITY: Duration = Duration::from_secs(5);

/// Starts all tasks of an engine.
pub(super) fn start(engine: &Engine, reports: Reports) {
    let tasks = vec![
        tokio::spawn(damage_writer(Arc::downgrade(&engine.0), reports)),
        tokio::spawn(every(
            Arc::downgrade(&engine.0),
            POLL,
            "poll",
            async |engine: Engine| {
                engine.0.config.db.removed_counters().await?;
                Ok(())
            },
        )),
        tokio::spawn(every(
            Arc::downgrade(&engine.0),
            CLOCK,
            "clock",
            async |engine: Engine| {
                engine.0.config.db.tick().await?;
                Ok(())
            },
        )),
        tokio::spawn(every(
            Arc::downgrade(&engine.0),
            CHECKPOINT,
            "checkpoint",
            async |engine: Engine| Ok(engine.0.config.db.checkpoint().await?),
        )),
        tokio::spawn(every(
            Arc::downgrade(&engine.0),
            FLUSH,
            "access times",
            async |engine: Engine| {
                engine.flush_touches().await;
                Ok(())
            },
        )),
        tokio::spawn(every(
            Arc::downgrade(&engine.0),
            IDENTITY,
            "identity",
            async |engine: Engine| engine.check_identity().await,
        )),
    ];
    *engine.0.tasks.lock().expect("no panic under this lock") = tasks;
}

async fn every<F, R>(engine: Weak<Inner>, period: Duration, what: &'static str, job: F)
where
    F: Fn(Engine) -> R + Send + 'static,
    R: Future<Output = Result<(), EngineError>> + Send,
{
    let mut ticks = tokio::time::interval(period);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    ticks.tick().await;
    loop {
        ticks.tick().await;
        let Some(engine) = engine.upgrade().map(Engine) else {
            return;
        };
        if let Err(error) = job(engine).await {
            let error = &error as &dyn std::error::Error;
            warn!(what, error, "a task beside the requests failed");
        }
    }
}

async fn damage_writer(engine: Weak<Inner>, mut reports: Reports) {
    while let Some(report) = reports.recv().await {
        let Some(engine) = engine.upgrade().map(Engine) else {
            return;
        };
        engine.handle_report(report).await;
    }
}

impl Engine {
    /// Writes the access times that wait. Trouble is logged: a lost access
    /// time makes an object look older, which only an expiry far later sees.
    pub(super) async fn flush_touches(&self) {
        let waiting = self.0.touches.take();
        if waiting.is_empty() {
            return;
        }
        if let Err(error) = self.0.config.db.touch(&waiting).await {
            let error = &error as &dyn std::error::Error;
            warn!(error, "cannot write access times");
        }
    }
}
