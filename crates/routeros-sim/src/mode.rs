//! What a device is allowed to do at all.

use crate::Device;
use crate::state::Val;

/// A mode of the device, which only somebody beside it can change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceMode {
    /// That of switches: all that this simulator has is allowed.
    Basic,
    /// That of small routers: no scheduler.
    Home,
}

impl Device {
    /// Changes the mode, as a person with a finger on the button would.
    pub fn set_device_mode(&mut self, mode: DeviceMode) {
        let (name, scheduler) = match mode {
            DeviceMode::Basic => ("basic", true),
            DeviceMode::Home => ("home", false),
        };
        if let Some(item) = self.state.item_mut("/system/device-mode", 0) {
            item.values.insert("mode", Val::text(name));
            item.values.insert("scheduler", Val::Bool(scheduler));
        }
    }
}
