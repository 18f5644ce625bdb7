"""Make small container images by hand: an OCI image folder, or what `docker save` writes."""

import gzip
import hashlib
import io
import json
import platform
import subprocess
import tarfile
from pathlib import Path

ARCHITECTURE = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())


def layer(*entries):
    """A tar. An entry is a TarInfo, (name, text), (name, "->", link) or (name, "/") for a folder."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for entry in entries:
            member, content = entry if isinstance(entry[0], tarfile.TarInfo) else _member(*entry)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def _member(name, *rest):
    member, content = tarfile.TarInfo(name), b""
    member.mode = 0o755
    if rest == ("/",):
        member.type = tarfile.DIRTYPE
    elif rest[0] == "->":
        member.type, member.linkname = tarfile.SYMTYPE, rest[1]
    else:
        content = rest[0] if isinstance(rest[0], bytes) else rest[0].encode()
    return member, content


def _config(layers, **config):
    digests = [f"sha256:{hashlib.sha256(data).hexdigest()}" for data in layers]
    rootfs = {"type": "layers", "diff_ids": digests}
    return json.dumps({"os": "linux", "architecture": ARCHITECTURE, "config": config, "rootfs": rootfs}).encode()


def oci_folder(path, layers, name=None, squeeze=gzip.compress, **config):
    """An OCI image layout."""
    blobs = path / "blobs/sha256"
    blobs.mkdir(parents=True)

    def put(data):
        digest = hashlib.sha256(data).hexdigest()
        (blobs / digest).write_bytes(data)
        return {"digest": f"sha256:{digest}", "size": len(data)}

    manifest = {"schemaVersion": 2, "config": put(_config(layers, **config))}
    manifest["layers"] = [put(squeeze(data)) for data in layers]
    notes = {"annotations": {"org.opencontainers.image.ref.name": name}} if name else {}
    index = {"schemaVersion": 2, "manifests": [put(json.dumps(manifest).encode()) | notes]}
    (path / "index.json").write_text(json.dumps(index))
    (path / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    return path


def docker_save(path, layers, name=None, **config):
    """A tar (gzipped when the path says so) as `docker save` writes it."""
    files = {f"{number}/layer.tar": data for number, data in enumerate(layers)}
    manifest = [{"Config": "config.json", "RepoTags": [name] if name else None, "Layers": list(files)}]
    files |= {"config.json": _config(layers, **config), "manifest.json": json.dumps(manifest).encode()}
    data = layer(*files.items())
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def programs(*names):
    """This computer's own programs with all their libraries, as entries of a layer."""
    found = {}
    for name in names:
        path = subprocess.run(["sh", "-c", f"command -v {name}"], capture_output=True, text=True, check=True).stdout
        real = Path(path.strip()).resolve()
        found[f"bin/{name}"] = real.read_bytes()
        listed = subprocess.run(["ldd", str(real)], capture_output=True, text=True, check=False).stdout
        for word in (word for word in listed.split() if word.startswith("/")):
            found[word.lstrip("/")] = Path(word).read_bytes()
    return list(found.items())
