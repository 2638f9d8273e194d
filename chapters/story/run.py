"""Re-execute chapters in place and redraw the charts that changed: `make run`, or `make run CHAPTER=farmers`."""

import sys
import time

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from story import drawing, notebook

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},  # no version: the same file whichever Python ran it
}


def main(names: list[str]) -> int:
    """Run the chapters named (all when none is), say how long each took, return 1 when one failed."""
    known = {path.stem: path for path in notebook.chapters()}
    if unknown := [name for name in names if name not in known]:
        print(f"no chapter {unknown[0]!r}; there are: {', '.join(known)}")
        return 1
    start, names = time.perf_counter(), names or list(known)
    for place, name in enumerate(names, 1):
        print(f"[{place}/{len(names)}] {name} ... ", end="", flush=True)
        began = time.perf_counter()
        try:
            execute(known[name])
        except CellExecutionError as error:
            print(f"failed\n{error}\nchapters/{name}.ipynb is unchanged; mend the cell above and run it again")
            return 1
        print(f"{time.perf_counter() - began:.1f} s")
    print("drawing changed charts ... ", end="", flush=True)
    began = time.perf_counter()
    todo = [(path.stem, output) for path in known.values() for output in notebook.live(notebook.read(path))]
    try:
        drawn = drawing.draw(todo)
    except (RuntimeError, drawing.ColourError) as error:
        print(f"failed\n{error}")
        return 1
    for path in notebook.orphans():
        path.unlink()
    print(f"{len(drawn)} drawn in {time.perf_counter() - began:.1f} s\ndone in {time.perf_counter() - start:.1f} s")
    return 0


def execute(path) -> None:
    """Execute one notebook in its folder and write it back with outputs, counts 1 to n and no timings."""
    content = nbformat.read(path, as_version=4)
    NotebookClient(
        content,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": path.parent}},
        extra_arguments=["--log-level=ERROR"],  # the kernel's note on its local traffic is noise
    ).execute()
    content.metadata = nbformat.from_dict(METADATA)
    for cell in content.cells:
        cell.metadata.pop("execution", None)
    nbformat.write(content, path)


if __name__ == "__main__":
    sys.exit(main([name.removesuffix(".ipynb") for name in sys.argv[1:]]))
