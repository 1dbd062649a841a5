//! Timers on the device: entries of its scheduler that run one command.

use crate::command::quote::quoted;
use crate::device::Device;
use crate::failure::Result;
use crate::value::Duration;

/// What a timer may do: as much as is restored.
const POLICY: &str = "ftp,reboot,read,write,policy,test,password,sensitive";

/// A timer of this name, there or not.
pub(crate) struct Timer(pub(crate) &'static str);

impl Timer {
    /// Whether it is there.
    pub(crate) fn is_pending(&self, device: &mut Device<'_>) -> Result<bool> {
        let count = device.ask_number(&format!(
            "[:len [/system/scheduler/find where name=\"{}\"]]",
            self.0
        ))?;
        Ok(count > 0)
    }

    /// When it runs, by the device's clock.
    pub(crate) fn next_run(&self, device: &mut Device<'_>) -> Result<String> {
        device.ask_text(&format!(
            "[/system/scheduler/get {} next-run]",
            self.found()
        ))
    }

    /// The command that starts it.
    pub(crate) fn addition(&self, interval: Duration, event: &str) -> String {
        format!(
            "/system/scheduler add name={} interval={interval} policy={POLICY} on-event={} comment=attic",
            self.0,
            quoted(event)
        )
    }

    /// The command that stops it.
    pub(crate) fn removal(&self) -> String {
        format!("/system/scheduler remove {}", self.found())
    }

    fn found(&self) -> String {
        format!("[find where name={}]", quoted(self.0))
    }
}
