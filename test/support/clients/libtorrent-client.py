"""A BitTorrent client made of libtorrent 2.0 for tests and benchmarks.

Takes one argument, a JSON object: torrent (path or magnet), folder, address, port, seedMode, fast, downloadLimitKiB,
uploadLimitKiB, filePriorities, encryption, isHeld (nothing moves until SIGUSR1), reportMs (100), pex, lsd, dhtNodes (UDP ports on
loopback: turns the DHT on; may be empty), connectTo (TCP ports on loopback), keepsConnecting (again and again while it has no
peer). With file priorities it announces anew when it has what it wants. Writes one JSON object a line to standard output: {"event": "listening", "port": n} once, then a
"report" every reportMs. Runs until SIGTERM.
"""
import json
import signal
import sys
import time

import libtorrent as lt


# Policies and levels by the names of ClientEncryption.
ENCRYPTION = {
    "off": (lt.enc_policy.disabled, lt.enc_level.both),
    "preferred": (lt.enc_policy.enabled, lt.enc_level.both),
    "plain": (lt.enc_policy.forced, lt.enc_level.plaintext),
    "rc4": (lt.enc_policy.forced, lt.enc_level.rc4),
}


def session_settings(options):
    address = options["address"]
    listen = "%s:%d" % ("[%s]" % address if ":" in address else address, options["port"])
    settings = {
        "listen_interfaces": listen,
        "outgoing_interfaces": options["address"],
        "enable_dht": False,
        "enable_lsd": False,
        "enable_upnp": False,
        "enable_natpmp": False,
        "enable_outgoing_utp": False,
        "enable_incoming_utp": False,
        "allow_multiple_connections_per_ip": True,
        "alert_mask": lt.alert.category_t.error_notification | lt.alert.category_t.status_notification,
    }
    if "dhtNodes" in options:
        settings.update({
            "enable_dht": True,
            "dht_bootstrap_nodes": "",  # of the world
            # On loopback all nodes have one address.
            "dht_restrict_routing_ips": False,
            "dht_restrict_search_ips": False,
            "dht_max_peers_reply": 100,
        })
    if options.get("lsd"):
        settings.update({"enable_lsd": True})
    if options.get("keepsConnecting"):
        settings.update({"min_reconnect_time": 0})
    if "encryption" in options:
        policy, level = ENCRYPTION[options["encryption"]]
        settings.update({"in_enc_policy": int(policy), "out_enc_policy": int(policy), "allowed_enc_level": int(level)})
    if options.get("fast"):
        settings.update({
            "in_enc_policy": int(lt.enc_policy.disabled),
            "out_enc_policy": int(lt.enc_policy.disabled),
            "unchoke_slots_limit": 1000,
            "connections_limit": 2000,
            "listen_queue_size": 1000,
            "max_allowed_in_request_queue": 5000,
            "send_buffer_watermark": 8 << 20,
            "send_buffer_low_watermark": 1 << 20,
            "send_buffer_watermark_factor": 150,
        })
    return settings


def torrent_params(options):
    source = options["torrent"]
    if source.startswith("magnet:"):
        params = lt.parse_magnet_uri(source)
    else:
        params = lt.add_torrent_params()
        params.ti = lt.torrent_info(source)
    params.save_path = options["folder"]
    flags = lt.torrent_flags
    if options.get("seedMode"):
        params.flags |= flags.seed_mode
    # The session's own limits do not hold for peers on the local network.
    params.download_limit = options.get("downloadLimitKiB", 0) * 1024
    params.upload_limit = options.get("uploadLimitKiB", 0) * 1024
    params.flags &= ~(flags.auto_managed | flags.paused)
    if options.get("isHeld"):
        params.flags |= flags.paused
    if "filePriorities" in options:
        params.file_priorities = options["filePriorities"]
    # Peers come from the tracker alone unless it is said, so that what is tested is not hidden.
    if "dhtNodes" not in options:
        params.flags |= flags.disable_dht
    if not options.get("lsd"):
        params.flags |= flags.disable_lsd
    if not options.get("pex"):
        params.flags |= flags.disable_pex
    return params


def report(handle):
    status = handle.status()
    peers = [
        {"address": peer.ip[0], "port": peer.ip[1], "downloadedBytes": peer.total_download}
        for peer in handle.get_peer_info()
    ]
    return {
        "event": "report",
        "haveBytes": status.total_wanted_done,
        "totalBytes": status.total_wanted if status.has_metadata else 0,
        "uploadedBytes": status.all_time_upload,
        "failedBytes": status.total_failed_bytes,
        "isSeeder": status.has_metadata and status.is_seeding,
        "error": status.errc.message() if status.errc.value() else "",
        "peers": peers,
    }


def pause(session, seconds):
    """Ends early when there is news, such as that all is there. In slices: a signal is heard between two."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if session.wait_for_alert(10):
            return


def say(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def main():
    options = json.loads(sys.argv[1])
    stopping = []
    signal.signal(signal.SIGTERM, lambda *_: stopping.append(True))
    session = lt.session(session_settings(options))
    handle = session.add_torrent(torrent_params(options))
    for port in options.get("dhtNodes", []):
        session.add_dht_node(("127.0.0.1", port))
    for port in options.get("connectTo", []):
        handle.connect_peer(("127.0.0.1", port))
    signal.signal(signal.SIGUSR1, lambda *_: handle.resume())
    say({"event": "listening", "port": session.listen_port()})
    changes = 0
    has_told = "filePriorities" not in options
    while not stopping:
        for alert in session.pop_alerts():
            if alert.category() & lt.alert.category_t.error_notification:
                sys.stderr.write(alert.message() + "\n")
        if not has_told and handle.status().is_finished:
            has_told = True
            handle.force_reannounce(0, -1, lt.reannounce_flags_t.ignore_min_interval)
        latest = report(handle)
        say(latest)
        if options.get("keepsConnecting") and not latest["peers"]:
            for port in options["connectTo"]:
                handle.connect_peer(("127.0.0.1", port))
            changes += 1
            # It counts only for lists of peers that are there when it changes.
            session.apply_settings({"max_failcount": 1000 + changes})
        pause(session, options.get("reportMs", 100) / 1000)


main()
