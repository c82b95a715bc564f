#!/usr/bin/env python3
"""Publishes to a Headroom gateway over HTTP, with nothing but the standard library.

  publish.py event measurement.json       one CloudEvent in structured form
  publish.py batch events.jsonl           many, one a line; "-" reads standard input
  publish.py blob web.stacks.gz --media-type application/vnd.headroom.stacks.v1+gzip
                                          a payload that an event names by its hash; prints that reference

The gateway: HEADROOM_URL and HEADROOM_TOKEN, or host.json in the data directory (HEADROOM_DATA, else .headroom).
Exit code: 0 all taken, 1 it could not be done, 2 wrong usage, 3 something was refused and the rest was taken.
"""
import argparse
import hashlib
import json
import os
import sys
import time
import urllib.error
import urllib.request

OK, FAILED, USAGE, REFUSED = 0, 1, 2, 3
RETRIED = (429, 502, 503, 504)
MAX_EVENTS_A_REQUEST = 500
TRIES = 4


class Failure(Exception):
    """It could not be done; the text says why."""


def say(text):
    print(text, file=sys.stderr)


def gateway():
    """Address and token of the gateway; one on this machine may have none."""
    url, token = os.environ.get("HEADROOM_URL"), os.environ.get("HEADROOM_TOKEN")
    if url:
        return url.rstrip("/"), token
    path = os.path.join(os.environ.get("HEADROOM_DATA", ".headroom"), "host.json")
    try:
        with open(path, encoding="utf-8") as file:
            host = json.load(file)
    except OSError as error:
        raise Failure(f"no gateway: set HEADROOM_URL and HEADROOM_TOKEN, or start a host ({error})") from error
    return host["url"].rstrip("/"), host["token"]


def send(method, path, body, content_type, tries=TRIES):
    """The status and the parsed body of an answer. Safe to repeat: the same event id, or hash, is the same thing."""
    url, token = gateway()
    headers = {"content-type": content_type, **({"authorization": f"Bearer {token}"} if token else {})}
    for attempt in range(tries):
        if attempt:
            time.sleep(0.5 * 2**attempt)
        request = urllib.request.Request(url + path, data=body, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            status, text = error.code, error.read().decode("utf-8", "replace")
            if status in RETRIED and attempt + 1 < tries:
                continue
            try:
                return status, json.loads(text)
            except ValueError:
                raise Failure(f"the gateway answered {status}: {text[:200]}") from error
        except OSError as error:
            if attempt + 1 == tries:
                raise Failure(f"the gateway at {url} does not answer ({error}); is it running?") from error
    raise AssertionError("not reached")


def publish(events, places, content_type):
    """Publishes events that are already text; names each refused one by its place. Returns (taken, refused)."""
    batch = content_type == "application/cloudevents-batch+json"
    body = "[" + ",".join(events) + "]" if batch else events[0]
    status, answer = send("POST", "/v1/events", body.encode("utf-8"), content_type)
    if "issues" in answer:
        # One event alone, refused: the answer itself says why.
        answer = {"accepted": [], "refused": [{"index": 0, **answer}]}
    if "refused" not in answer:
        raise Failure(f"the gateway refused the request ({status}): {answer.get('detail')} [{answer.get('code')}]")
    for refused in answer["refused"]:
        name = f"{places[refused['index']]}: refused, id {refused.get('id', 'missing')}"
        for issue in refused["issues"]:
            say(f"{name}: {issue['path']}: {issue['reason']} [{refused['code']}]")
    return len(answer["accepted"]), len(answer["refused"])


def is_json(place, text):
    try:
        json.loads(text)
        return True
    except json.JSONDecodeError as error:
        say(f"{place}: refused, not JSON: {error.msg} (at character {error.pos})")
        return False


def publish_event(args):
    with open(args.file, encoding="utf-8") as file:
        text = file.read()
    return publish([text], [args.file], "application/cloudevents+json") if is_json(args.file, text) else (0, 1)


def publish_batch(args):
    with sys.stdin if args.file == "-" else open(args.file, encoding="utf-8") as file:
        lines = [(f"{args.file}:{number}", line) for number, line in enumerate(file, 1) if line.strip()]
    # One line that is not JSON would take the whole batch with it.
    good = [(place, line) for place, line in lines if is_json(place, line)]
    taken, refused = 0, len(lines) - len(good)
    for start in range(0, len(good), MAX_EVENTS_A_REQUEST):
        part = good[start : start + MAX_EVENTS_A_REQUEST]
        places, events = [place for place, _ in part], [line for _, line in part]
        more_taken, more_refused = publish(events, places, "application/cloudevents-batch+json")
        taken, refused = taken + more_taken, refused + more_refused
    return taken, refused


def upload_blob(args):
    with open(args.file, "rb") as file:
        content = file.read()
    sha256 = hashlib.sha256(content).hexdigest()
    status, answer = send("PUT", f"/v1/blobs/{sha256}", content, args.media_type)
    if status not in (200, 201):
        raise Failure(f"{args.file}: refused ({status}): {answer.get('detail')} [{answer.get('code')}]")
    print(json.dumps({"sha256": sha256, "size": len(content), "mediaType": args.media_type}))
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(required=True)
    for name, run in (("event", publish_event), ("batch", publish_batch), ("blob", upload_blob)):
        verb = verbs.add_parser(name)
        verb.add_argument("file")
        verb.set_defaults(run=run)
    verb.add_argument("--media-type", required=True)
    args = parser.parse_args()
    try:
        counts = args.run(args)
    except (Failure, OSError) as error:
        say(f"publish.py: {error}")
        return FAILED
    if counts is None:
        return OK
    say(f"{counts[0]} accepted, {counts[1]} refused")
    return REFUSED if counts[1] else OK


if __name__ == "__main__":
    sys.exit(main())
