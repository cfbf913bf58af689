FROM debian:12
RUN echo 'a  # b' "c \
  d $(e "f") `g`" $'h\n' \"i\" > /x 2>/dev/null # end
RUN echo ${A:-$(b ${C})} $((1 + 2)) <<< y
RUN echo a \ 
  b
