# One image for every stage; which one it runs is its command: docker run headroom run detector
FROM node:24-bookworm-slim AS build
WORKDIR /src
COPY . .
RUN node scripts/bootstrap.mjs node scripts/assemble.mjs /opt/headroom

FROM node:24-bookworm-slim
# git: repositories. bubblewrap: the verifier's sandbox. openssh-client: repositories over ssh.
RUN apt-get update \
  && apt-get install -y --no-install-recommends bubblewrap ca-certificates git openssh-client \
  && rm -rf /var/lib/apt/lists/* \
  && groupadd --gid 10001 headroom \
  && useradd --uid 10001 --gid headroom --home-dir /var/lib/headroom --no-create-home headroom \
  && install --directory --owner=headroom --group=headroom --mode=0750 \
    /var/lib/headroom /var/lib/headroom/blobs /var/lib/headroom/data /var/lib/headroom/keys /var/lib/headroom/trusted \
  && ln -s /opt/headroom/apps/cli/bin/headroom.mjs /usr/local/bin/headroom
COPY --from=build /opt/headroom /opt/headroom
USER 10001:10001
WORKDIR /var/lib/headroom
EXPOSE 8080
ENTRYPOINT ["headroom"]
