"""A daemon beside the stack's own: its settings, and how it is run."""
import os
import pathlib
import shutil
import subprocess


def settings(stack, **chosen):
    """Settings of a second daemon, with a folder of its own unless one is chosen."""
    store = pathlib.Path(stack.env["KAIRAN_STORE"]).parent
    folder = stack.directory / "second"
    folder.mkdir(exist_ok=True)
    os.chown(folder, store.stat().st_uid, store.stat().st_gid)
    chosen = {"milter_socket": folder / "milter.sock", "store_path": folder / "kairan.db",
              "pid_file": folder / "pid", **chosen}
    conf = pathlib.Path(stack.env["KAIRAN_CONF"]).with_name("second.conf")
    shutil.copy2(stack.env["KAIRAN_CONF"], conf)
    with open(conf, "a", encoding="utf-8") as file:
        file.writelines(f'{name} = "{value}"\n' for name, value in chosen.items())
    return conf


def start(stack, conf, before=(), **env):
    """It logs to its standard error. before: the words of a command that runs it."""
    return subprocess.Popen([*before, f"{stack.env['KAIRAN_BIN']}/kairan-milter", "-c", str(conf)],
                            stderr=subprocess.PIPE, text=True, env={**os.environ, **env})


def run(stack, conf, **env):
    """One that ends by itself: its exit status, and what it said."""
    daemon = start(stack, conf, **env)
    try:
        said = daemon.communicate(timeout=120)[1]
    finally:
        daemon.kill()
        daemon.wait()
    return daemon.returncode, said


def preload(stack, name, source):
    """A library that changes what the daemon's own libraries do."""
    library = stack.directory / "run" / f"{name}.so"
    subprocess.run([*os.environ.get("CC", "cc").split(), "-shared", "-fPIC", "-x", "c", "-o",
                    str(library), "-"], input=source, text=True, check=True)
    library.chmod(0o755)
    return {"LD_PRELOAD": str(library)}
