# What the Makefiles of the examples share: NAME and MODEL are set, $(BUILD)/samples.raw has a rule there.
ZERRE  = ../../build/zerre
BUILD  = build
CFLAGS = -std=c99 -Wall -Wextra -O2 -ffunction-sections -fdata-sections -I$(BOARD) -I$(BUILD)
ARM    = arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16
LINK   = -T $(BOARD)/mps2.ld -nostartfiles -Wl,--gc-sections,--print-memory-usage
QEMU   = qemu-system-arm -M mps2-an386 -display none -monitor none -serial none \
         -icount shift=6,sleep=off -semihosting-config enable=on,target=native
PARTS  = main.c $(BOARD)/detector.c $(BUILD)/$(NAME).c $(BUILD)/$(NAME)_weights.c $(BUILD)/$(NAME)_frontend.c

run: $(BUILD)/$(NAME).elf $(BUILD)/samples.raw
	$(QEMU) -kernel $< <$(BUILD)/samples.raw

host: $(BUILD)/host $(BUILD)/samples.raw
	$(BUILD)/host <$(BUILD)/samples.raw

$(BUILD)/$(NAME).elf: $(BUILD)/$(NAME).c $(wildcard *.c $(BOARD)/*)
	$(ARM) $(CFLAGS) $(PARTS) $(BOARD)/mps2.c $(LINK) -o $@

$(BUILD)/host: $(BUILD)/$(NAME).c $(wildcard *.c $(BOARD)/*)
	$(CC) $(CFLAGS) $(PARTS) $(BOARD)/host.c -o $@

$(BUILD)/$(NAME).c: $(MODEL)/model.tflite $(MODEL)/frontend.json $(MODEL)/labels.txt
	$(ZERRE) compile $(MODEL) -o $(BUILD) --name $(NAME) --target cortex-m4
	sed 's/.*/"&",/' $(MODEL)/labels.txt >$(BUILD)/labels.h

clean:
	rm -rf $(BUILD)

.PHONY: run host clean
