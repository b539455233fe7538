# syntax=docker/dockerfile:1

# 1. The pages.
FROM node:22-bookworm-slim AS pages
WORKDIR /src/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY web/ ./
RUN npm run build

# 2. The program: one static binary with the pages, the scripts and the time
#    zones in it.
FROM golang:1.26-bookworm AS program
ARG VERSION=docker
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . ./
COPY --from=pages /src/web/dist ./web/dist
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false \
      -ldflags "-s -w -X main.version=${VERSION}" -o /out/lanyard ./cmd/lanyard \
 && install -d -m 0700 -o 65532 -g 65532 /out/data \
 && install -d -m 1777 /out/tmp

# 3. Nothing but the program, the authorities it needs for ACME and for
#    Redis over TLS, and a folder it may write to.
FROM scratch
LABEL org.opencontainers.image.title="Lanyard" \
      org.opencontainers.image.description="QR badges for conferences, and check-in at their gates" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=program /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=program /out/tmp /tmp
COPY --from=program --chown=65532:65532 /out/data /data
COPY --from=program /out/lanyard /lanyard
COPY LICENSE /LICENSE
USER 65532:65532
ENV LANYARD_ADDR=:8080 LANYARD_DATA=/data
VOLUME ["/data"]
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["/lanyard", "doctor", "--ready", "http://127.0.0.1:8080"]
ENTRYPOINT ["/lanyard"]
CMD ["serve"]
