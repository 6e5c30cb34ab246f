"""A daemon beside the stack's own: its settings, and how it is run."""
import os
import pathlib
import re
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
    os.chown(conf, -1, store.stat().st_gid)
    with open(conf, "a", encoding="utf-8") as file:
        file.writelines(f'{name} = "{value}"\n' for name, value in chosen.items())
    return conf


def make_store(stack, conf):
    """A store in the folder of its own, with a key of its own beside whose mark it is known."""
    folder = stack.directory / "second"
    user = stack.env["KAIRAN_STACK_USER"]
    key = folder / "audit.key"
    for left in (*folder.glob("kairan.db*"), *folder.glob("audit.key*")):
        left.unlink()
    found = re.findall(r'(?m)^audit_key_file = "(.*)"', conf.read_text(encoding="utf-8"))
    shutil.copyfile(found[0], key)
    shutil.chown(key, user)
    key.chmod(0o600)
    with open(conf, "a", encoding="utf-8") as file:
        file.write(f'audit_key_file = "{key}"\n')
    subprocess.run([f"{stack.env['KAIRAN_BIN']}/kairanctl", "-c", str(conf), "store", "init"],
                   check=True, stdout=subprocess.DEVNULL)
    for path in folder.iterdir():
        shutil.chown(path, user)
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
