"""Says what libtorrent 2.0 makes of `.torrent` files, hostile ones among them.

Takes one argument, a JSON object: folder (holds 0.torrent, 1.torrent, ...), count, secondsEach. Writes one JSON object a line to
answers.jsonl in the folder, in their order: {"outcome": "accepted", ...}, {"outcome": "refused", "message": m}, or {"outcome": "crashed",
"message": m}. Each file is loaded in a forked child of its own, so that a crash, a hang or a heap without bounds is that file's
answer and no more.
"""
import json
import os
import resource
import select
import signal
import sys
import time

import libtorrent as lt

# Of address space, most of which is never touched.
MEMORY_BYTES = 4 << 30


def describe(info):
    files = info.files()
    hashes = info.info_hashes()
    return {
        "outcome": "accepted",
        "v1": str(hashes.v1) if hashes.has_v1() else None,
        "v2": str(hashes.v2) if hashes.has_v2() else None,
        "name": info.name(),
        "pieceLength": info.piece_length(),
        "pieceCount": info.num_pieces(),
        "isPrivate": info.priv(),
        "files": [
            {
                "path": files.file_path(index),
                "length": files.file_size(index),
                "offset": files.file_offset(index),
                "isPadding": bool(files.file_flags(index) & lt.file_flags_t.flag_pad_file),
                "linkTarget": files.symlink(index) if files.file_flags(index) & lt.file_flags_t.flag_symlink else None,
            }
            for index in range(files.num_files())
        ],
    }


def add_to_session(info):
    """Some faults are seen only here: the content of piece layers. Nothing is checked, written or connected to."""
    session = lt.session({
        "listen_interfaces": "", "enable_dht": False, "enable_lsd": False, "enable_upnp": False, "enable_natpmp": False,
    })
    params = lt.add_torrent_params()
    params.ti = info
    params.save_path = "/nonexistent"
    params.flags &= ~lt.torrent_flags.auto_managed
    params.flags |= lt.torrent_flags.paused
    session.add_torrent(params)


def answer(path):
    with open(path, "rb") as file:
        content = file.read()
    try:
        info = lt.torrent_info(content)
        if info.info_hashes().has_v2():
            add_to_session(info)
    except RuntimeError as error:
        return {"outcome": "refused", "message": str(error)}  # the binding keeps the code to itself
    return describe(info)


def in_child(path, write_end):
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        result = answer(path)
    except BaseException as error:  # whatever it is, it is this file's answer
        result = {"outcome": "crashed", "message": repr(error)[:300]}
    with os.fdopen(write_end, "wb") as pipe:
        pipe.write(json.dumps(result).encode())
    os._exit(0)


def in_parent(child, read_end, seconds):
    chunks = []
    end = time.monotonic() + seconds
    while True:
        ready, _, _ = select.select([read_end], [], [], max(0, end - time.monotonic()))
        chunk = os.read(read_end, 1 << 20) if ready else None
        if not chunk:
            break
        chunks.append(chunk)
    os.close(read_end)
    if chunk is None:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if chunk is None:
        return {"outcome": "crashed", "message": "took more than %g s" % seconds}
    if status != 0 or not chunks:
        return {"outcome": "crashed", "message": "ended with status %d" % status}
    return json.loads(b"".join(chunks))


def main():
    options = json.loads(sys.argv[1])
    folder = options["folder"]
    answers = []
    for index in range(options["count"]):
        read_end, write_end = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read_end)
            in_child(os.path.join(folder, "%d.torrent" % index), write_end)
        os.close(write_end)
        answers.append(in_parent(child, read_end, options["secondsEach"]))
    with open(os.path.join(folder, "answers.jsonl"), "w", encoding="utf-8") as out:
        out.writelines(json.dumps(each) + "\n" for each in answers)


main()
