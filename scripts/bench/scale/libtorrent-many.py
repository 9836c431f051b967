"""libtorrent 2.0 with many torrents, for a benchmark: libtorrent-many.py FOLDER COUNT

FOLDER has torrents/N.torrent and data/N.bin. Adds them all in seed mode, writes "seeding" to standard output when all are, and
runs until SIGTERM.
"""
import os
import signal
import sys
import time

import libtorrent as lt


def main():
    folder, count = sys.argv[1], int(sys.argv[2])
    session = lt.session({
        "listen_interfaces": "127.0.0.1:0", "enable_dht": False, "enable_lsd": False, "enable_upnp": False,
        "enable_natpmp": False, "active_seeds": -1, "active_limit": -1, "active_checking": -1,
    })
    for index in range(count):
        params = lt.add_torrent_params()
        params.ti = lt.torrent_info(os.path.join(folder, "torrents", "%d.torrent" % index))
        params.save_path = os.path.join(folder, "data")
        params.flags |= lt.torrent_flags.seed_mode
        params.flags &= ~(lt.torrent_flags.auto_managed | lt.torrent_flags.paused)
        # Nobody is told, so that no tracker is the limit.
        params.trackers = []
        session.add_torrent(params)
    while not all(handle.status().is_seeding for handle in session.get_torrents()):
        time.sleep(0.05)
    sys.stdout.write("seeding\n")
    sys.stdout.flush()
    signal.sigwait([signal.SIGTERM])


main()
