"""Makes a hybrid torrent (BEP 52) of a file with libtorrent 2.0.

Takes one argument, a JSON object: path (of the file or folder), torrent (where to write), trackers. Writes one JSON object to standard
output: {"v1": hex, "v2": hex}.
"""
import json
import os
import sys

import libtorrent as lt

options = json.loads(sys.argv[1])
storage = lt.file_storage()
lt.add_files(storage, options["path"])
maker = lt.create_torrent(storage, 32768)
for tracker in options.get("trackers", []):
    maker.add_tracker(tracker)
lt.set_piece_hashes(maker, os.path.dirname(options["path"]))
with open(options["torrent"], "wb") as out:
    out.write(lt.bencode(maker.generate()))
hashes = lt.torrent_info(options["torrent"]).info_hashes()
print(json.dumps({"v1": str(hashes.v1), "v2": str(hashes.v2)}))
