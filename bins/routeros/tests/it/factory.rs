//! The first minutes of a switch, its backups, and the way back.

use crate::world::{Operator, Said, World, office};

fn bootstrap(operator: &Operator<'_>, world: &World) -> Said {
    let file = world.home().join("new-password");
    std::fs::write(&file, "a \"new\" $ecret;\n").expect("written");
    let file = file.to_str().expect("text");
    operator.run(&["bootstrap", "--yes", "--new-password-file", file, &office()])
}

const NEW: &str = "a \"new\" $ecret;";

#[test]
fn bootstrap_gives_a_name_and_a_password_once() {
    let world = World::factory(16);
    let mut operator = world.at("ether24");
    let said = bootstrap(&operator, &world).ends(0);
    assert!(said.out.contains("identity, password"), "{}", said.out);
    assert!(
        !format!("{}{}", said.out, said.err).contains("ecret"),
        "{}",
        said.err
    );
    assert_eq!(
        world.sim.console(":put [/system/identity/get name]").trim(),
        "attic-switch"
    );
    operator.run(&["query", "bridges"]).ends(5);
    operator.password = NEW.to_owned();
    operator.run(&["query", "bridges"]).ends(0);
    world.sim.clear_log();
    let again = bootstrap(&operator, &world).ends(0);
    assert!(again.out.contains("no change"), "{}", again.out);
    assert_eq!(world.sim.writes(), []);
}

#[test]
fn bootstrap_from_another_port_is_refused() {
    let world = World::factory(20);
    let said = bootstrap(&world.at("ether3"), &world).ends(3);
    assert!(
        said.err.contains("the management port is ether24"),
        "{}",
        said.err
    );
    assert_eq!(world.sim.writes(), []);
}

#[test]
fn an_adopted_file_changes_nothing() {
    let world = World::factory(20);
    let operator = world.at("ether24");
    operator.run(&["adopt", "--output", "adopted.toml"]).ends(0);
    let file = world.home().join("adopted.toml");
    let text = std::fs::read_to_string(&file).expect("written");
    assert!(text.contains("port = \"ether24\""), "{text}");
    let file = file.to_str().expect("text");
    let said = operator.run(&["plan", file]).ends(0);
    assert!(said.out.contains("no change"), "{}", said.out);
}

#[test]
fn what_was_made_is_removed_and_nothing_else() {
    let world = World::factory(16);
    let operator = world.at("ether24");
    let export = || {
        let text = world.sim.console("/export terse");
        text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    operator.run(&["apply", "--yes", &office()]).ends(0);
    world
        .sim
        .console("/ip/pool add name=by-hand ranges=10.9.0.1-10.9.0.9");
    operator.run(&["cleanup", "--yes", &office()]).ends(0);
    let left = export();
    assert!(
        left.iter().any(|line| line.contains("by-hand")),
        "{left:#?}"
    );
    assert!(
        !left.iter().any(|line| line.contains("10.0.0.")),
        "{left:#?}"
    );
    assert!(
        left.iter()
            .any(|line| line.contains("comment=defconf") && line.contains("name=bridge")),
        "{left:#?}"
    );
    world.sim.clear_log();
    operator.run(&["cleanup", "--yes", &office()]).ends(0);
    assert_eq!(world.sim.writes(), []);
}

#[test]
fn a_backup_brings_everything_back() {
    let world = World::factory(16);
    let operator = world.at("ether24");
    operator.run(&["backup", "--output", "before"]).ends(0);
    assert!(world.home().join("before.rsc").exists());
    world
        .sim
        .console("/ip/pool add name=by-hand ranges=10.9.0.1-10.9.0.9");
    operator.run(&["restore", "--yes", "before.backup"]).ends(0);
    assert_eq!(world.sim.boots(), 1);
    assert_eq!(world.sim.console(":put [:len [/ip/pool find]]").trim(), "0");
    assert_eq!(world.sim.console(":put [:len [/file find]]").trim(), "0");
}

#[test]
fn a_reset_brings_the_factory_back() {
    let world = World::factory(16);
    let operator = world.at("ether24");
    operator.run(&["apply", "--yes", &office()]).ends(0);
    operator.run(&["reset", "--yes"]).ends(0);
    for _ in 0..600 {
        if world.sim.boots() == 1 && world.sim.is_up() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert_eq!(
        world
            .sim
            .console(":put [:len [/interface/vlan find]]")
            .trim(),
        "0"
    );
}
