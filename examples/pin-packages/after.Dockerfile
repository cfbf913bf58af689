FROM python:3.13-slim-bookworm
RUN apt-get update \
  && apt-get install -y --no-install-recommends \
    # for the health check
    curl=7.88.1-* \
    tini=0.19.0-* \
  && rm -rf /var/lib/apt/lists/*
RUN pip install --no-cache-dir "uvicorn[standard]==0.38.0"
WORKDIR /app
COPY app.py ./
CMD ["uvicorn", "app:app"]
