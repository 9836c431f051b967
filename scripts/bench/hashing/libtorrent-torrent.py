"""Makes a torrent of a file with libtorrent: `libtorrent-torrent.py INPUT OUTPUT v1|v2|hybrid`.

Python cannot tell its creator how many threads should hash: it is the default of libtorrent's settings, which is printed.
"""
import os
import sys

import libtorrent as lt

path, output, version = sys.argv[1:4]
storage = lt.file_storage()
lt.add_files(storage, path)
flags = {"v1": lt.create_torrent.v1_only, "v2": lt.create_torrent.v2_only, "hybrid": 0}[version]
maker = lt.create_torrent(storage, 1 << 20, flags)
maker.add_tracker("http://127.0.0.1:9/announce")
lt.set_piece_hashes(maker, os.path.dirname(path))
with open(output, "wb") as out:
    out.write(lt.bencode(maker.generate()))
print(lt.default_settings()["hashing_threads"])
