# Dockerfile - the gateway in a container: built as a Debian package in one stage, installed in the other.
#
#	docker build -t smppgw .
#	docker run -d --name smppgw -p 2775:2775 -v /srv/smppgw/etc:/etc/smppgw:ro -v /srv/smppgw/lib:/var/lib/smppgw smppgw
#
# doc/operations.md, "In a container", says what the configuration needs there.

FROM debian:12-slim AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends build-essential debhelper dh-sequence-installsysusers pkgconf \
      libcmocka-dev libconfig-dev libcrypt-dev libevent-dev libhiredis-dev libicu-dev libpcre2-dev libseccomp-dev libssl-dev redis-server
COPY . /src/smppgw
WORKDIR /src/smppgw
RUN dpkg-buildpackage -us -uc -b

FROM debian:12-slim
# A number that does not change from image to image: folders of the host are given to it.
RUN groupadd --gid 2775 smppgw \
 && useradd --uid 2775 --gid 2775 --home-dir /var/lib/smppgw --no-create-home --shell /usr/sbin/nologin smppgw
# curl asks /healthz; systemd-standalone-sysusers spares the image systemd itself.
COPY --from=build /src/smppgw_*.deb /packages/
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates curl systemd-standalone-sysusers tzdata \
      /packages/smppgw_*.deb \
 && rm -rf /packages /var/lib/apt/lists/* \
 && install -d -o smppgw -g smppgw -m 750 /run/smppgw
ENV TZ=Asia/Shanghai
USER 2775:2775
WORKDIR /var/lib/smppgw
VOLUME /var/lib/smppgw
EXPOSE 2775 8775
# 503 while it waits for Redis or loads the journal: hence the start period. The port of stats in /etc/smppgw/smppgw.conf.
ENV SMPPGW_HEALTHZ=http://127.0.0.1:8775/healthz
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
    CMD curl --fail --silent --show-error --max-time 2 "$SMPPGW_HEALTHZ" || exit 1
# SIGTERM drains for at most 5 s, docker stop waits for 10.
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/sbin/smppgwd"]
CMD ["-c", "/etc/smppgw/smppgw.conf"]
