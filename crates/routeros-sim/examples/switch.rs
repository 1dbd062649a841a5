//! Runs a simulated switch by hand, until it is interrupted: `switch VERSION PORT SPEED OPERATOR-PORT`.

use std::error::Error;

use routeros_sim::ssh::Options;
use routeros_sim::{Simulator, Version};

const ADDRESS: &str = "192.168.88.1";
const OPERATOR: &str = "192.168.88.10";

#[expect(
    clippy::disallowed_methods,
    reason = "a program, which is the one to read its arguments"
)]
fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [version, port, speed, cable] = arguments.as_slice() else {
        return Err("usage: switch VERSION PORT SPEED OPERATOR-PORT".into());
    };
    let mut options = Options::new(version.parse::<Version>()?);
    options.tcp_port = port.parse()?;
    options.speed = speed.parse()?;
    let simulator = Simulator::start(options)?;
    let dial = simulator.dial(cable, ADDRESS, OPERATOR)?;
    println!(
        "A CRS326-24G-2S+ with RouterOS {version}, as it leaves the factory; its clock runs {speed} times as fast."
    );
    println!("You are {OPERATOR} on {cable}; {ADDRESS} is {dial}; user admin, no password.");
    println!("Host key: {}", simulator.fingerprint());
    println!();
    println!("  ssh -p {} admin@{}", dial.port(), dial.ip());
    println!(
        "  routeros query interfaces --host {} --port {}",
        dial.ip(),
        dial.port()
    );
    println!();
    println!("Ctrl-C ends it, and all that was configured is gone.");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(tokio::signal::ctrl_c())?;
    Ok(())
}
