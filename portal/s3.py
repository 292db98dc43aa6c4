"""Pictures on S3-compatible storage. Imported only where the settings name one.

Objects get no access rights of their own: the bucket is closed to everybody but the portal, renditions too, because those
of drafts lie among them. One request for each file, none of it in parts or threads.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import ContentFile
from storages.backends.s3 import S3Storage

from .breaker import Breaker, logger
from .media import Unreachable

CONNECT, READ, ATTEMPTS = 2, 5, 2
"""Seconds to connect and to wait for bytes, and how often a request is tried."""


def _status(error: ClientError) -> int:
    return error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)


class Bucket(S3Storage):
    """A bucket, or a folder of one. Every method raises Unreachable when the storage doesn't answer, or refuses."""

    def __init__(self, bucket: str, prefix: str, endpoint: str, region: str, **keys: str):
        config = Config(
            connect_timeout=CONNECT,
            read_timeout=READ,
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
            s3={"addressing_style": "path"},
            signature_version="s3v4",
            request_checksum_calculation="when_required",  # others than Amazon's don't know the newer ones
            response_checksum_validation="when_required",
        )
        super().__init__(
            bucket_name=bucket,
            location=prefix,
            endpoint_url=endpoint,
            region_name=region,
            client_config=config,
            default_acl=None,
            querystring_auth=False,
            **keys,
        )
        self.breaker = Breaker(f"The storage of {self.location or bucket}")

    def __str__(self) -> str:
        return f"The bucket {self.bucket_name}" + (f" below {self.location}" if self.location else "")

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Around requests: what goes wrong becomes Unreachable, an object that isn't there FileNotFoundError."""
        if self.breaker.open:
            raise Unreachable
        try:
            yield
        except ClientError as error:
            if _status(error) == 404 and error.response["Error"]["Code"] != "NoSuchBucket":
                raise FileNotFoundError(error.operation_name) from error
            if _status(error) >= 500:
                self.breaker.failed(error)
            else:  # a key without rights, a bucket that isn't there: asking again does no harm
                logger.error("%s refuses: %s", self.breaker.service, error)
            raise Unreachable from error
        except BotoCoreError as error:
            self.breaker.failed(error)
            raise Unreachable from error

    def key(self, name: str) -> str:
        return self._normalize_name(name)

    def _open(self, name, mode="rb"):
        with self.answering():
            return ContentFile(self.bucket.Object(self.key(name)).get()["Body"].read(), name)

    def _save(self, name, content):
        said = self._get_write_parameters(self.key(name), content)
        with self.answering():
            self.bucket.Object(self.key(name)).put(Body=content.read(), **said)
        return name

    def fetch(self, name: str, target: Path) -> bool:
        """Copy an object to where a path says; False when it isn't there."""
        try:
            target.write_bytes(self.open(name).read())
        except FileNotFoundError:
            return False
        return True

    def exists(self, name):
        with self.answering():
            return super().exists(name)

    def delete(self, name):
        with self.answering():
            super().delete(name)

    def listdir(self, name):
        with self.answering():
            return super().listdir(name)

    def get_modified_time(self, name):
        with self.answering():
            return super().get_modified_time(name)

    def url(self, name, *args, **kwargs):
        raise NotImplementedError("Readers get files from the portal, never from its storage.")
