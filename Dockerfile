# The command alone, in an image without a shell:
#   docker build -t sdecontract .
#   docker run --rm -p 127.0.0.1:8080:8080 sdecontract
FROM --platform=$BUILDPLATFORM golang:1.26.8-alpine AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG TARGETOS TARGETARCH VERSION=(devel) REVISION=unknown
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath -buildvcs=false \
    -ldflags="-s -w -X github.com/sdecontract/sdecontract/internal/build.stampedVersion=$VERSION -X github.com/sdecontract/sdecontract/internal/build.stampedRevision=$REVISION" \
    -o /image/sdecontract ./cmd/sdecontract \
    && mkdir -p /image/tmp /image/data /image/etc/ssl/certs \
    && chmod 1777 /image/tmp /image/data \
    && cp /etc/ssl/certs/ca-certificates.crt /image/etc/ssl/certs/

FROM scratch
ARG VERSION=(devel) REVISION=unknown
LABEL org.opencontainers.image.title="sdecontract" \
    org.opencontainers.image.description="A mock and a conformance suite for the SD Elements connections API" \
    org.opencontainers.image.source="https://github.com/sdecontract/sdecontract" \
    org.opencontainers.image.licenses="Apache-2.0" \
    org.opencontainers.image.version="$VERSION" \
    org.opencontainers.image.revision="$REVISION"
COPY --from=build /image/ /
WORKDIR /data
USER 65532:65532
# Within a container, a mock on 127.0.0.1 couldn't be reached: publish its port on 127.0.0.1 instead.
ENV SDECONTRACT_LISTEN=0.0.0.0:8080
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=5s --start-period=2s --retries=3 CMD ["/sdecontract", "health"]
ENTRYPOINT ["/sdecontract"]
CMD ["mock"]
