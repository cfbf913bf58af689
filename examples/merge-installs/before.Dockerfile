FROM centos:8
RUN yum -y install httpd \
  && yum -y install php \
  && yum -y install php-mbstring \
  && yum -y install php-pear \
  && rm -Rf /var/cache/yum
