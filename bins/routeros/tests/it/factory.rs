//! The first minutes of a switch.

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
