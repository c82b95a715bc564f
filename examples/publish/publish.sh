#!/bin/sh
# Publishes to a Headroom gateway with curl.
#
#   publish.sh event <file>              one CloudEvent in structured form
#   publish.sh batch <file>              a JSON array of them
#   publish.sh blob <file> <media type>  a payload that an event names by its hash
#
# The gateway: HEADROOM_URL and HEADROOM_TOKEN.
# Exit code: 0 all taken, 1 it could not be done, 2 wrong usage, 3 something was refused and the rest was taken.
set -eu

usage() {
  sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
  exit 2
}

[ $# -ge 2 ] || usage
: "${HEADROOM_URL:?is the address of the gateway, for example http://127.0.0.1:8080}"
: "${HEADROOM_TOKEN:?is the token of the gateway}"

method=POST path=/v1/events
case "$1" in
  event) media_type=application/cloudevents+json ;;
  batch) media_type=application/cloudevents-batch+json ;;
  blob)
    [ $# -eq 3 ] || usage
    method=PUT path=/v1/blobs/$(sha256sum "$2" | cut -d ' ' -f 1) media_type=$3
    ;;
  *) usage ;;
esac

# The token goes in by standard input: an argument could be read by every process of the machine. Repeating is safe: the same
# event id, or hash, is the same thing.
status_and_body=$(
  printf 'header = "authorization: Bearer %s"\n' "$HEADROOM_TOKEN" |
    curl --config - --silent --show-error --max-time 30 --retry 3 --retry-connrefused \
      --request "$method" --header "content-type: $media_type" --data-binary "@$2" \
      --write-out '\n%{http_code}' "$HEADROOM_URL$path"
) || {
  echo "publish.sh: the gateway at $HEADROOM_URL does not answer; is it running?" >&2
  exit 1
}
status=${status_and_body##*
}
body=${status_and_body%
*}

case "$status" in
  202) echo "taken: $body" ;;
  200 | 201) echo "$body" ;;
  207)
    echo "some were refused, the rest was taken: $body" >&2
    exit 3
    ;;
  400 | 403 | 413 | 415 | 422)
    echo "refused: $body" >&2
    exit 3
    ;;
  *)
    echo "publish.sh: the gateway answered $status: $body" >&2
    exit 1
    ;;
esac
