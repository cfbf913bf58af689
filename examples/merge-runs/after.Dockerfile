FROM centos:8
RUN yum -y install httpd \
  && yum -y install php \
  && yum -y install php-mbstring \
# the cache is of no use in the image
  && rm -Rf /var/cache/yum
