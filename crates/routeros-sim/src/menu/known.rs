//! Words that a real device has in a menu and this one does not simulate.

/// The words of a menu beside those that are simulated.
pub(crate) fn known_words(path: &str) -> impl Iterator<Item = &'static str> {
    KNOWN
        .iter()
        .find(|(own, _)| *own == path)
        .map_or(ELSEWHERE, |(_, words)| words)
        .split_whitespace()
}

/// Words of menus that are not listed.
const ELSEWHERE: &str = "reset edit unset move";

const KNOWN: &[(&str, &str)] = &[
    (
        "/",
        "app blink caps-man certificate console container disk dude iot ipv6 lora mpls \
         openflow partitions password ping ppp queue quit radius redo rip routing snmp \
         special-login task tool tr069-client undo user-manager zerotier beep convert \
         environment execute resolve rndnum rndstr setup terminal grep jobname timestamp time \
         range tocrlf tolf toip6 totime toarray toid toip tonum tostr typeof pick find \
         nothing len log parse",
    ),
    (
        "/interface",
        "6to4 amt bonding detect-internet dot1x eoip eoipv6 gre gre6 ipip ipipv6 l2tp-client \
         l2tp-ether l2tp-server lte macsec macvlan mesh ovpn-client ovpn-server ppp-client \
         ppp-server pppoe-client pppoe-server pptp-client pptp-server sstp-client sstp-server \
         veth vpls vrrp vxlan wifi wireguard wireless blink monitor-traffic recursive-print \
         reset reset-counters edit",
    ),
    (
        "/interface/ethernet",
        "blink cable-test monitor poe reset reset-counters reset-mac-address switch unset \
         edit",
    ),
    (
        "/interface/bridge",
        "calea filter mdb msti nat port-controller port-extender settings monitor reset unset \
         edit",
    ),
    (
        "/interface/bridge/port",
        "mst-override monitor move reset unset edit",
    ),
    ("/interface/bridge/vlan", "mvrp reset edit"),
    (
        "/interface/bridge/host",
        "add remove set unset comment disable enable reset",
    ),
    (
        "/ip",
        "cloud dhcp-relay firewall hotspot ipsec kid-control media nat-pmp packing proxy \
         reverse-proxy route settings smb socks tftp traffic-flow upnp vrf",
    ),
    ("/ip/neighbor", "print find get"),
    ("/ip/arp", "add remove set comment disable enable edit"),
    ("/ip/pool", "used reset edit"),
    (
        "/ip/dhcp-server",
        "alert config matcher option reset setup edit",
    ),
    ("/ip/dhcp-server/network", "reset unset edit"),
    (
        "/ip/dhcp-server/lease",
        "check-status make-static send-reconfigure reset unset edit",
    ),
    ("/ip/dhcp-client", "option release renew reset unset edit"),
    ("/ip/dns", "adlist cache forwarders reset edit"),
    ("/ip/dns/static", "reset edit"),
    ("/ip/service", "webserver reset unset edit"),
    (
        "/ip/ssh",
        "regenerate-host-key export-host-key import-host-key edit",
    ),
    (
        "/system",
        "console default-configuration device-mode hardware health history keymat-provider \
         leds license logging ntp regulatory rtrace shutdown upgrade ups watchdog check-disk \
         check-installation recursive-print serial-terminal shell ssh ssh-exec sup-output \
         telnet",
    ),
    ("/system/resource", "cpu hardware irq pci usb monitor"),
    (
        "/system/routerboard",
        "settings upgrade usb mode-button reset-button",
    ),
    ("/safe-mode", "print get take release unroll toggle"),
    ("/system/backup", "cloud"),
    ("/system/device-mode", "update"),
    ("/system/clock", "manual reset edit"),
    (
        "/system/package",
        "local-update update apply-changes downgrade uninstall unschedule disable enable",
    ),
    ("/system/script", "run environment job reset unset edit"),
    (
        "/user",
        "aaa group settings expire-password recursive-print reset edit",
    ),
    ("/user/ssh-keys", "private add reset edit"),
    (
        "/file",
        "add copy head read tail sync rsync-daemon reset edit",
    ),
];
