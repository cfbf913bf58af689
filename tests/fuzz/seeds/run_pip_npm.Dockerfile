FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt ./
RUN pip install -r requirements.txt
COPY . .
RUN npm ci && npm cache clean --force
RUN gem install bundler && yarn install && go build ./...
