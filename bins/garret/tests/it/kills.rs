//! `kill -9` of the client, and of the server, at random moments of a push.
//!
//! After it the next push completes, nothing that was acknowledged is sent
//! again, nothing that was called published is lost, and a watcher who reads
//! the whole time never meets an object that cannot be read.
//!
//! `GARRET_KILLS` sets how many kills of each, `GARRET_SEED` the moments.

mod play;

use std::time::Duration;

use crate::running::Running;
use play::{History, Part, Play};

/// The server is gone for so long at most.
const GONE: Duration = Duration::from_millis(600);
/// Kills of the server that one push lives through: each of its requests is tried 8 times.
const LIVES: usize = 3;

#[test]
fn a_push_whose_client_is_killed_at_any_moment_is_completed_by_the_next() {
    let Some(play) = Play::begin("kills of the client") else {
        return;
    };
    play.run(kill_client);
}

#[test]
fn a_push_whose_server_is_killed_at_any_moment_goes_on_or_is_completed_by_the_next() {
    let Some(play) = Play::begin("kills of the server") else {
        return;
    };
    play.run(kill_server);
}

/// One push that is killed. Whether it ended well before that.
fn kill_client(play: &mut Play, history: &mut History, part: &Part) -> bool {
    let mut push = play.start(history, part);
    let moment = play.moment(part);
    if !play.reach(&mut push, &moment) {
        play.finish(history, &mut push);
        return true;
    }
    play.note_moment(&push);
    if !push.kill() {
        return false;
    }
    play.kills += 1;
    history.hear(&push);
    false
}

/// One push whose server is killed, several times perhaps. The client lives on
/// and finishes, or is killed too. Whether it ended well.
fn kill_server(play: &mut Play, history: &mut History, part: &Part) -> bool {
    let mut push = play.start(history, part);
    let both = play.chance.once_in(3);
    for _ in 0..LIVES {
        let moment = play.moment(part);
        if !play.reach(&mut push, &moment) {
            break;
        }
        play.note_moment(&push);
        let gone = play.chance.moment(GONE);
        play.proxy.goes();
        play.world.kill();
        if both {
            push.kill();
        }
        std::thread::sleep(gone);
        play.world.start_again();
        play.proxy.came(&play.world.origin);
        play.kills += 1;
        history.hear(&push);
        if both {
            return false;
        }
        if play.chance.once_in(2) || play.kills >= play.wanted {
            break;
        }
    }
    play.finish(history, &mut push);
    true
}

/// Pushes until one push ends well, with kills at random before that.
fn complete(
    play: &mut Play,
    history: &mut History,
    part: &Part,
    kill: fn(&mut Play, &mut History, &Part) -> bool,
) {
    let (before, kills) = (play.proxy.packs(), play.kills);
    loop {
        let calm = play.kills > kills && play.chance.once_in(3);
        if calm || play.kills >= play.wanted {
            let mut push: Running = play.start(history, part);
            play.finish(history, &mut push);
            break;
        }
        if kill(play, history, part) {
            break;
        }
    }
    let packs = play.proxy.packs().since(&before);
    part.check_bytes(&packs, (play.kills - kills) as u64);
    for path in &part.paths {
        history.reader.whole(path);
    }
}
