"""Files that are served as they are."""

from functools import lru_cache

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Under names that change with what is in them, so that browsers may keep them for good.
    What a name is called is looked up once in a process: each page says fifteen of them."""

    url = lru_cache(maxsize=1024)(CompressedManifestStaticFilesStorage.url)
